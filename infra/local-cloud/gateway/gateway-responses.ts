import { randomUUID } from 'node:crypto';
import type { Request, ResponseToolkit } from '@hapi/hapi';
import { z } from 'zod';
import type { Template } from '../template/template.ts';

/** What API Gateway answers by itself, instead of a function: AWS::ApiGateway::GatewayResponse. */
const GatewayResponse = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().int().optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});
type GatewayResponse = z.infer<typeof GatewayResponse>;

const gatewayResponses = new Map<string, GatewayResponse>();

/** Takes the answers from the template, so that they are the same here as when deployed. */
export const useGatewayResponses = ({ Resources }: Template): void => {
  gatewayResponses.clear();
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::ApiGateway::GatewayResponse') continue;
    const answer = GatewayResponse.parse({ ...Properties, RestApiId: undefined });
    gatewayResponses.set(answer.ResponseType, answer);
  }
};

// API Gateway Developer Guide, "Gateway response types": what it says where the template has nothing.
const plainAnswer: GatewayResponse = {
  ResponseType: 'DEFAULT_5XX',
  ResponseParameters: {},
  ResponseTemplates: { 'application/json': '{"message":"Internal server error"}' },
};

/** The answer of this type, or the one for its family, as CloudFormation lets them be given. */
export const gatewayAnswer = (type: string, status: number) => {
  const family = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  const chosen = gatewayResponses.get(type) ?? gatewayResponses.get(family) ?? plainAnswer;
  const headers = Object.entries(chosen.ResponseParameters).map(
    ([name, value]): [string, string] => [
      name.replace('gatewayresponse.header.', '').toLowerCase(),
      value.replace(/^'(.*)'$/, '$1'),
    ],
  );
  return {
    status: chosen.StatusCode ?? status,
    headers: new Map([...headers, ['content-type', 'application/json']]),
    body: chosen.ResponseTemplates['application/json'] ?? '',
  };
};

/** Answers as API Gateway does by itself; `body` stands in for the text of the template. */
export const respond = (
  request: Request,
  h: ResponseToolkit,
  type: string,
  status: number,
  body?: string,
) => {
  const answer = gatewayAnswer(type, status);
  const response = h.response(body ?? answer.body).code(answer.status);
  for (const [name, value] of answer.headers) response.header(name, value);
  const given = request.headers['x-request-id'];
  const isFit = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given);
  return response.header('x-request-id', isFit ? given : randomUUID());
};

export const toResponseType = (status: number): string => {
  const types: Record<number, string> = {
    404: 'MISSING_AUTHENTICATION_TOKEN', // what API Gateway calls a route it does not know
    413: 'REQUEST_TOO_LARGE',
    502: 'INTEGRATION_FAILURE',
    504: 'INTEGRATION_TIMEOUT',
  };
  return types[status] ?? (status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
};
