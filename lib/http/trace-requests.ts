import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { annotateSpan, flushSpans, inSpan } from '#lib/tracing/spans.ts';
import { readHeaders } from './request.ts';
import type { Route } from './route.ts';

type Respond = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** Answers each request in a span, which continues the client's trace if it sent a `traceparent`. */
export const traceRequests =
  ({ paths }: Route, respond: Respond): Respond =>
  async (event, context) => {
    const { httpMethod: method } = event;
    const attributes = {
      'http.request.method': method,
      'http.route': paths[0],
      'faas.name': context.functionName,
    };
    const parent = readHeaders(event)['traceparent'];
    const result = await inSpan(
      `${method} ${paths[0]}`,
      { kind: 'server', parent, attributes },
      async () => {
        const answered = await respond(event, context);
        const { statusCode, headers } = answered;
        annotateSpan({
          'http.response.status_code': statusCode,
          'darkroom.request_id': String(headers?.['x-request-id']),
          ...(statusCode >= 500 && { 'error.type': String(statusCode) }),
        });
        return answered;
      },
    );
    await flushSpans();
    return result;
  };
