import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import * as z from 'zod';

/** What DynamoDB answers: a status and JSON. */
export type Answer = { status: number; body: Record<string, unknown> };

/** Asks dynalite one operation, such as PutItem; never rejects for a refusal, which is an answer. */
export type Ask = (operation: string, input: object) => Promise<Answer>;

const JsonObject = z.record(z.string(), z.unknown());

/**
 * Asks dynalite's request listener without a socket: a transaction makes several calls, and each
 * would cost a round trip by HTTP. dynalite looks at the shape of a signature, never at its value.
 */
export const innerDynalite =
  (listener: RequestListener): Ask =>
  async (operation, input) => {
    const { status, text } = await answerOf(listener, headersFor(operation), JSON.stringify(input));
    return { status, body: JsonObject.parse(JSON.parse(text)) };
  };

/** Nobody is at its other end; to make one for each request would be a quarter of the work. */
const nowhere = new Socket();

/** Hands a request whose body is read already to a listener, and gives what it wrote. */
export const answerOf = (
  listener: RequestListener,
  headers: IncomingMessage['headers'],
  body: string | Buffer,
): Promise<{ status: number; headers: ServerResponse; text: string }> =>
  new Promise((resolve) => {
    const request = new IncomingMessage(nowhere);
    Object.assign(request, { method: 'POST', url: '/', headers, complete: true });
    const response = new ServerResponse(request);
    response.end = (text?: unknown) => {
      resolve({ status: response.statusCode, headers: response, text: String(text ?? '') });
      return response;
    };
    listener(request, response);
    request.push(body);
    request.push(null);
  });

const headersFor = (operation: string) => ({
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': `DynamoDB_20120810.${operation}`,
  'x-amz-date': '20200101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
});
