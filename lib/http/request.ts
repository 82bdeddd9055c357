import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { z } from 'zod';
import { Problem } from '#lib/problem.ts';
import { readBaseUrl } from './base-url.ts';
import type { RawBody, Route, RouteRequest } from './route.ts';

type Headers = Readonly<Record<string, string>>;

/** The headers by lower-case name; one sent several times is a list (RFC 9110 §5.3). */
export const readHeaders = (event: APIGatewayProxyEvent): Headers => {
  const single = Object.entries(event.headers ?? {});
  const many = Object.entries(event.multiValueHeaders ?? {}).map(
    ([name, values]) => [name, values?.join(', ')] as const,
  );
  return Object.fromEntries(
    [...single, ...many]
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
};

/** The client's request id where it is safe for logs and metadata, else API Gateway's, else a new one. */
export const readRequestId = (event: APIGatewayProxyEvent, headers: Headers): string =>
  [headers['x-request-id'], event.requestContext?.requestId].find(
    (id) => id !== undefined && /^[\x21-\x7e]{1,128}$/.test(id),
  ) ?? randomUUID();

/** Parses every part that the route declares, and no other. Throws a Problem for the first that is wrong. */
export const readRequest = <R extends Route>(
  { request }: R,
  event: APIGatewayProxyEvent,
  { publicUrl, requestId }: { publicUrl?: string | undefined; requestId: string },
): RouteRequest<R> => {
  const headers = readHeaders(event);
  const rawBody = {
    text: event.body ?? '',
    isBase64Encoded: event.isBase64Encoded,
    contentType: headers['content-type'],
  };
  const parts = {
    path: request.path && parsePath(request.path, event.pathParameters ?? {}),
    query: request.query && parse('invalid', request.query, readQuery(event, request.query)),
    headers: request.headers && parse('invalid', request.headers, headers),
    body: request.body && parse('unprocessable', request.body, readBody(rawBody, request.body)),
    rawBody,
    requestId,
    baseUrl: readBaseUrl(event, headers, publicUrl),
    keyId: event.requestContext.identity?.apiKeyId ?? 'anonymous',
    method: event.httpMethod,
    pathname: event.path,
  };
  // Each part was parsed with the schema that RequestOf names; TypeScript cannot follow that.
  return parts as RouteRequest<R>;
};

/** A malformed path parameter is not found; its schema has the message. */
const parsePath = (schema: z.ZodType, value: unknown): unknown => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problem('not-found', result.error.issues[0]?.message ?? 'Not found');
};

/** Whether a body says that it is JSON, on a route that accepts a form or JSON. */
export const isJson = ({ contentType }: RawBody): boolean =>
  /^application\/json\b/i.test(contentType ?? '');

/** Reads the JSON of a route that accepts a form or JSON. Throws a Problem. */
export const readJson = <T>(rawBody: RawBody, schema: z.ZodType<T>): T =>
  parse('unprocessable', schema, parseJson(rawBody));

const parse = <T>(fault: 'invalid' | 'unprocessable', schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const messages = result.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw new Problem(fault, toSentence(messages.join('; ')));
};

/** A repeated query parameter is rejected: API Gateway would use the last value, others the first. */
const readQuery = (event: APIGatewayProxyEvent, schema: z.ZodObject): Record<string, unknown> => {
  const many = event.multiValueQueryStringParameters ?? {};
  const repeated = Object.keys(schema.shape).find((name) => (many[name]?.length ?? 0) > 1);
  if (repeated) throw new Problem('invalid', `${repeated}: given more than once.`);
  return event.queryStringParameters ?? {};
};

/** Whether a body may be left out: its schema accepts undefined. */
export const optionalBody = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;

const readBody = (rawBody: RawBody, schema: z.ZodType): unknown =>
  rawBody.text === '' && optionalBody(schema) ? undefined : parseJson(rawBody);

/** API Gateway sends every body as base64, since it is configured for binary; the local stack sends JSON as text. */
const parseJson = ({ text, isBase64Encoded }: RawBody): unknown => {
  if (!text) throw new Problem('invalid', 'The body is missing: send JSON.');
  try {
    return JSON.parse(isBase64Encoded ? strictText(text) : text);
  } catch (error) {
    // SyntaxError is JSON's, TypeError the decoder's.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new Problem('invalid', 'The body is not JSON in UTF-8.');
  }
};

const strictText = (base64: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));

const toSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
