import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import type { Lifecycle, Request, ResponseObject, ResponseToolkit, Server } from '@hapi/hapi';
import { z } from 'zod';
import type { Template } from '../template/template.ts';
import { releaseMemory } from './release-memory.ts';

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

const respond = (request: Request, h: ResponseToolkit, type: string, status: number) => {
  const answer = gatewayAnswer(type, status);
  const response = h.response(answer.body).code(answer.status);
  for (const [name, value] of answer.headers) response.header(name, value);
  const asked = request.headers['x-request-id'];
  const isFit = typeof asked === 'string' && /^[\w.:-]{1,128}$/.test(asked);
  return response.header('x-request-id', isFit ? asked : randomUUID());
};

const typeOf = (status: number): string => {
  const types: Record<number, string> = {
    404: 'MISSING_AUTHENTICATION_TOKEN', // what API Gateway calls a route it does not know
    413: 'REQUEST_TOO_LARGE',
    502: 'INTEGRATION_FAILURE',
    504: 'INTEGRATION_TIMEOUT',
  };
  return types[status] ?? (status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
};

/**
 * hapi refuses some requests itself (a body beyond 10 MB, a path it cannot read), and for a
 * function that failed or was late serverless-offline answers nothing or its own stack trace.
 * Functions answer with text or bytes; everything else with a 4xx or 5xx is not of them.
 */
const enveloped: Lifecycle.Method = (request, h) => {
  const { response, payload } = request;
  if (Buffer.isBuffer(payload)) releaseMemory(payload);
  if ('isBoom' in response) {
    const status = response.output.statusCode;
    return respond(request, h, typeOf(status), status);
  }
  withoutCredentials(response);
  const { source, statusCode } = response;
  const isOfAFunction = Number(statusCode) < 400 || Buffer.isBuffer(source) || isText(source);
  if (isOfAFunction || request.method === 'head') return h.continue;
  const status = ownStatusOf(statusCode);
  return respond(request, h, typeOf(status), status);
};

// serverless-offline tells its own refusals by a number. When a function failed it is a text: 504
// when its time was up; all else, taken from the error's message, would be a 502 on AWS.
const ownStatusOf = (statusCode: unknown): number => {
  if (typeof statusCode === 'number') return statusCode;
  return statusCode === '504' ? 504 : 502;
};

const isText = (source: unknown): boolean => typeof source === 'string' && source !== '';

// serverless-offline invites credentials from everywhere; API Gateway does not.
const withoutCredentials = ({ headers }: ResponseObject): void => {
  delete headers['access-control-allow-credentials'];
};

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compared as hashes, in constant time. Without a key of ours every door is open. */
export const mayEnter = (isPrivate: boolean, given: unknown, key: string | undefined): boolean =>
  !isPrivate || !key || (typeof given === 'string' && timingSafeEqual(digest(given), digest(key)));

/** Has hapi hand over bodies as they come, within the size that it allows itself. */
const takeBodies = (server: Server): void => {
  for (const { settings } of server.table())
    if (settings.payload) Object.assign(settings.payload, { output: 'stream' });
};

/**
 * Reads a body in hapi's stead: what hapi's own reader has read stays in memory until old objects
 * are collected, which forms of megabytes then bring about several times as often.
 */
const readBody: Lifecycle.Method = async (request, h) => {
  const { payload, mime } = request;
  if (!(payload instanceof IncomingMessage)) return h.continue;
  const most = request.route.settings.payload?.maxBytes ?? Number.POSITIVE_INFINITY;
  const body = await bytesOf(payload, most);
  if (!body) return respond(request, h, 'REQUEST_TOO_LARGE', 413).takeover();
  Object.assign(request, { payload: body });
  if (mime === 'multipart/form-data') spareCopies(body);
  return h.continue;
};

/** Undefined if there are more. */
const bytesOf = async (message: IncomingMessage, most: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > most) return undefined;
  }
  const body = Buffer.concat(chunks, sizeBytes);
  for (const chunk of chunks) releaseMemory(chunk);
  return body;
};

/**
 * serverless-offline makes a text of every body; of a form it only asks whether there is one, and
 * makes a copy of the bytes before it encodes them. Forms are megabytes, so theirs says that there
 * is a text, and lends Buffer.from() its memory instead of having it copied.
 */
const spareCopies = (body: Buffer): void => {
  if (body.length === 0 || body.length !== body.buffer.byteLength) return;
  Object.assign(body, { toString: () => 'a form', valueOf: () => body.buffer });
};

// By listener: hapi hands out another object for the same server each time.
const furnished = new Map<Server['listener'], Server>();

const patienceMs = 2000; // for requests that are being answered when the stack stops

/** Takes no more requests, and resolves when those that came before are answered. */
export const closeGateway = async (): Promise<void> => {
  await Promise.all([...furnished.values()].map((server) => server.stop({ timeout: patienceMs })));
};

/**
 * serverless-offline's customAuthenticationProvider: asked once per route. hapi hands its server to
 * an authentication scheme, which is the only way to get hold of it from outside.
 */
export const authenticationFor = (
  endpoint: { private?: boolean },
  _functionKey: string,
  method: string,
  path: string,
) => {
  const name = `key for ${method} ${path}`;
  const getAuthenticateFunction = (server: Server) => {
    if (!furnished.has(server.listener)) {
      server.ext('onPreStart', takeBodies);
      server.ext('onPreHandler', readBody);
      server.ext('onPreResponse', enveloped);
    }
    furnished.set(server.listener, server);
    return {
      authenticate: (request: Request, h: ResponseToolkit) =>
        mayEnter(endpoint.private === true, request.headers['x-api-key'], process.env['API_KEY'])
          ? h.authenticated({ credentials: {} })
          : respond(request, h, 'INVALID_API_KEY', 403).takeover(),
    };
  };
  return { name, scheme: name, getAuthenticateFunction };
};
