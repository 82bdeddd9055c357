import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { z } from 'zod';
import { isMissing, notFound } from '#lib/not-found.ts';
import { plainText } from '#lib/plain-text.ts';
import { Problem } from '#lib/problem.ts';
import { readBaseUrl } from './base-url.ts';
import { describeIssues, issueText, type Place } from './describe-issues.ts';
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
  route: R,
  event: APIGatewayProxyEvent,
  { publicUrl, requestId }: { publicUrl?: string | undefined; requestId: string },
): RouteRequest<R> => {
  checkMethod(route, event);
  const { request } = route;
  const headers = readHeaders(event);
  const rawBody = {
    text: event.body ?? '',
    isBase64Encoded: event.isBase64Encoded,
    contentType: headers['content-type'],
  };
  const parts = {
    path: request.path && parsePath(request.path, event.pathParameters ?? {}),
    query: readQuery(request.query, event),
    headers: request.headers && parse('header', request.headers, headers),
    body: request.body && parse('field', request.body, readBody(rawBody, request.body)),
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

/** One function of each path gets the methods that no route has there: infra/deploy/complete-service.ts. */
const checkMethod = (
  { methods, otherMethods }: Route,
  { httpMethod, path, resource }: APIGatewayProxyEvent,
): void => {
  if (methods.some((method) => method === httpMethod)) return;
  const here = [...methods, ...(otherMethods?.[resource] ?? [])].toSorted();
  throw new Problem(
    'method_not_allowed',
    `There is no ${httpMethod} at ${plainText(path, 200)}, but ${here.join(', ')}.`,
    { allow: [...here, 'OPTIONS'] }, // which every path has, for preflight requests
  );
};

/** A malformed path parameter names nothing: its schema's message is the code of what is missing. */
const parsePath = (schema: z.ZodType, value: unknown): unknown => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const code = result.error.issues[0]?.message ?? '';
  if (isMissing(code)) throw notFound(code);
  throw new Problem('route_not_found', 'There is nothing at this path.');
};

/** Whether a body says that it is JSON, on a route that accepts a form or JSON. */
export const isJson = ({ contentType }: RawBody): boolean =>
  /^application\/json\b/i.test(contentType ?? '');

/** Reads the JSON of a route that accepts a form or JSON. Throws a Problem. */
export const readJson = <T>(rawBody: RawBody, schema: z.ZodType<T>): T =>
  parse('field', schema, parseJson(rawBody));

/** Parses one part of a request. Throws a Problem that names every field at fault. */
export const parse = <T>(place: Place, schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value, { error: issueText });
  if (result.success) return result.data;
  const { sentence, fields } = describeIssues(result.error.issues, place);
  throw new Problem(place === 'field' ? 'invalid_field' : 'invalid_parameter', sentence, {
    fields,
  });
};

/**
 * Parameters that the route does not have are refused, so that a misspelt filter is not taken for none,
 * unless its schema is loose. A repeated one is refused: API Gateway would use the last value, others the
 * first.
 */
const readQuery = (schema: z.ZodObject | undefined, event: APIGatewayProxyEvent): unknown => {
  const given = event.queryStringParameters ?? {};
  const many = event.multiValueQueryStringParameters ?? {};
  const known = Object.keys(schema?.shape ?? {});
  const isLoose = schema?.def.catchall !== undefined;
  const unknown = isLoose ? [] : Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length) throw unknownParameters(unknown, known);
  const repeated = known.find((name) => (many[name]?.length ?? 0) > 1);
  if (repeated)
    throw new Problem('invalid_parameter', `The parameter ${repeated} is given more than once.`, {
      fields: [{ field: repeated, error: 'Is given more than once.' }],
    });
  return schema && parse('parameter', schema, given);
};

const unknownParameters = (unknown: readonly string[], known: readonly string[]): Problem => {
  const names = unknown.slice(0, 10).map((name) => plainText(name, 60));
  const all = known.length ? `It has ${known.join(', ')}.` : 'It has none.';
  return new Problem(
    'unknown_parameter',
    `This route has no parameter ${names.join(', ')}. ${all}`,
    { fields: names.map((field) => ({ field, error: 'Is no parameter of this route.' })) },
  );
};

/** Whether a body may be left out: its schema accepts undefined. */
export const optionalBody = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;

const readBody = (rawBody: RawBody, schema: z.ZodType): unknown =>
  rawBody.text === '' && optionalBody(schema) ? undefined : parseJson(rawBody);

/** API Gateway sends every body as base64, since it is configured for binary; the local stack sends JSON as text. */
const parseJson = ({ text, isBase64Encoded }: RawBody): unknown => {
  if (!text) throw new Problem('invalid_json', 'The body is missing: send JSON.');
  try {
    const json = isBase64Encoded ? strictText(text) : text;
    return /\\u[dD][89a-fA-F]/.test(json) ? JSON.parse(json, wellFormed) : JSON.parse(json);
  } catch (error) {
    // SyntaxError is JSON's, TypeError the decoder's, RangeError that of a reviver nested too deeply.
    if (![SyntaxError, TypeError, RangeError].some((type) => error instanceof type)) throw error;
    throw new Problem('invalid_json', 'The body is not JSON in UTF-8.');
  }
};

/**
 * Half of a surrogate pair can be escaped in JSON, but is in no UTF-8 (RFC 8259 §8.2): stores of other
 * languages refuse it, or keep another character.
 */
const wellFormed = (key: string, value: unknown): unknown => {
  if (key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())) return value;
  throw new SyntaxError('A surrogate is without its pair.');
};

const strictText = (base64: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
