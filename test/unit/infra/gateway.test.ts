import { describe, expect, it } from 'vitest';
import { isAuthorized } from '#infra/local-cloud/gateway/gateway.ts';
import {
  gatewayAnswer,
  useGatewayResponses,
} from '#infra/local-cloud/gateway/gateway-responses.ts';
import { Template } from '#infra/local-cloud/template/template.ts';

const answer = (ResponseType: string, more: object) => ({
  Type: 'AWS::ApiGateway::GatewayResponse',
  Properties: { RestApiId: { Ref: 'ApiGatewayRestApi' }, ResponseType, ...more },
});
const body = (error: string) => ({ ResponseTemplates: { 'application/json': error } });

describe('an error response of the gateway itself', () => {
  useGatewayResponses(
    Template.parse({
      Resources: {
        Large: answer('REQUEST_TOO_LARGE', {
          StatusCode: '413',
          ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
          ...body('too large'),
        }),
        Other: answer('DEFAULT_4XX', body('refused')),
      },
    }),
  );

  it('is the one that the template declares, headers included', () => {
    const { status, headers, body: text } = gatewayAnswer('REQUEST_TOO_LARGE', 413);

    expect({ status, text }).toEqual({ status: 413, text: 'too large' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('defaults to DEFAULT_4XX or DEFAULT_5XX of the template, with its own status', () => {
    expect(gatewayAnswer('BAD_REQUEST_BODY', 400)).toMatchObject({ status: 400, body: 'refused' });
  });

  it('is that of API Gateway if the template declares none', () => {
    const { status, body: text } = gatewayAnswer('INTEGRATION_FAILURE', 502);

    expect(status).toBe(502);
    expect(JSON.parse(text)).toEqual({ message: 'Internal server error' });
  });
});

describe('the API key check', () => {
  it('admits every request when no key is set', () => {
    expect(isAuthorized(true, undefined, undefined)).toBe(true);
    expect(isAuthorized(true, 'any', '')).toBe(true);
  });

  it('admits every request on public routes', () => {
    expect(isAuthorized(false, undefined, 'secret')).toBe(true);
  });

  it.each([[undefined], [''], ['secre'], ['secret '], [['secret', 'secret']]])(
    'refuses %j',
    (given) => {
      expect(isAuthorized(true, given, 'secret')).toBe(false);
    },
  );

  it('admits a request with the right key', () => {
    expect(isAuthorized(true, 'secret', 'secret')).toBe(true);
  });
});
