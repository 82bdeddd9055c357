import type { IncomingMessage, ServerResponse } from 'node:http';
import { S3Error } from '../s3-error.ts';

/** One rule of a bucket, as CloudFormation writes it. */
export type CorsRule = {
  AllowedOrigins: readonly string[];
  AllowedMethods: readonly string[];
  AllowedHeaders?: readonly string[];
  ExposedHeaders?: readonly string[];
  /** Seconds. */
  MaxAge?: number;
};

/** Answers a browser's preflight; it carries no signature. */
export const answerPreflight = (
  request: IncomingMessage,
  response: ServerResponse,
  rules: readonly CorsRule[],
): void => {
  const method = String(request.headers['access-control-request-method'] ?? '');
  const wanted = String(request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((header) => header.trim().toLowerCase())
    .filter((header) => header !== '');
  const rule = ruleFor(request, rules, method);
  const allowed = (rule?.AllowedHeaders ?? []).map((header) => header.toLowerCase());
  if (!rule || !wanted.every((header) => allowed.some((pattern) => fits(pattern, header)))) {
    const message = 'CORSResponse: This CORS request is not allowed.';
    throw new S3Error('AccessForbidden', message, { Method: method, ResourceType: 'OBJECT' });
  }
  setHeaders(request, response, rule);
  response.setHeader('access-control-allow-methods', rule.AllowedMethods.join(', '));
  if (wanted.length > 0) response.setHeader('access-control-allow-headers', wanted.join(', '));
  if (rule.MaxAge !== undefined) response.setHeader('access-control-max-age', rule.MaxAge);
  response.end();
};

/** Lets a page read the response, refusals included, if a rule of the bucket says that it may. */
export const allowOrigin = (
  request: IncomingMessage,
  response: ServerResponse,
  rules: readonly CorsRule[],
): void => {
  const rule = ruleFor(request, rules, request.method ?? '');
  if (rule) setHeaders(request, response, rule);
};

const setHeaders = (request: IncomingMessage, response: ServerResponse, rule: CorsRule): void => {
  const isForAll = rule.AllowedOrigins.includes('*');
  const origin = isForAll ? '*' : String(request.headers.origin);
  response.setHeader('access-control-allow-origin', origin);
  const exposed = (rule.ExposedHeaders ?? []).join(', ');
  if (exposed) response.setHeader('access-control-expose-headers', exposed);
  response.setHeader(
    'vary',
    'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  );
};

const ruleFor = (request: IncomingMessage, rules: readonly CorsRule[], method: string) => {
  const { origin } = request.headers;
  if (!origin) return undefined;
  return rules.find(
    ({ AllowedOrigins, AllowedMethods }) =>
      AllowedMethods.includes(method) && AllowedOrigins.some((pattern) => fits(pattern, origin)),
  );
};

// A rule may hold one * for any text.
const fits = (pattern: string, text: string): boolean => {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
};
