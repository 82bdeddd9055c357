import { createHash, timingSafeEqual } from 'node:crypto';
import type { Lifecycle, Request, ResponseObject, ResponseToolkit, Server } from '@hapi/hapi';
import type { HostOptions } from '../host/host-messages.ts';
import { respond, toResponseType } from './gateway-responses.ts';
import { readBody, streamBodies } from './read-body.ts';
import { releaseMemory } from './release-memory.ts';
import { findRefusal } from './request-guard.ts';

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
    return respond(request, h, toResponseType(status), status);
  }
  if (refused.has(request)) {
    staysRefused(response);
    return h.continue;
  }
  withoutCredentials(response);
  exposeOnce(request, response);
  const { source, statusCode } = response;
  const isOfAFunction = Number(statusCode) < 400 || Buffer.isBuffer(source) || isText(source);
  if (isOfAFunction || request.method === 'head') return h.continue;
  const status = toGatewayStatus(statusCode);
  return respond(request, h, toResponseType(status), status);
};

// serverless-offline reports its own errors as a number. When a function failed it is a text: 504
// when it timed out; all else, taken from the error's message, would be a 502 on AWS.
const toGatewayStatus = (statusCode: unknown): number => {
  if (typeof statusCode === 'number') return statusCode;
  return statusCode === '504' ? 504 : 502;
};

const isText = (source: unknown): boolean => typeof source === 'string' && source !== '';

// The function names the headers, and hapi adds its own list of the same to an answer across origins.
const exposeOnce = ({ headers: { origin }, route }: Request, { headers }: ResponseObject): void => {
  if (origin !== undefined && route.settings.cors) delete headers['access-control-expose-headers'];
};

// serverless-offline invites credentials from everywhere; API Gateway does not.
const withoutCredentials = ({ headers }: ResponseObject): void => {
  delete headers['access-control-allow-credentials'];
};

/**
 * A form's media type is written as serverless-offline looks for it, or it would make a text of the
 * bytes. hapi refuses one without a boundary, or with a `;` behind it, before the function can say so:
 * for hapi it is always the same.
 * The function gets the header as it came.
 */
const normalizeForm: Lifecycle.Method = (request, h) => {
  const { headers } = request;
  if (/^multipart\/form-data\s*(;|$)/i.test(String(headers['content-type'] ?? '')))
    headers['content-type'] = 'multipart/form-data; boundary=none';
  return h.continue;
};

type GatewayOptions = Pick<HostOptions, 'host' | 'guard'> & {
  routes: readonly { method: string; path: string }[];
};
let gateway: GatewayOptions = { host: '127.0.0.1', guard: undefined, routes: [] };

/** To be called before the routes are made. */
export const useGateway = (options: GatewayOptions): void => {
  gateway = options;
};

// serverless-offline makes a 200 of every answer to a preflight, and invites each origin.
const refused = new WeakSet<Request>();
const staysRefused = (response: ResponseObject): void => {
  response.code(403);
  for (const name of Object.keys(response.headers))
    if (name.startsWith('access-control-')) delete response.headers[name];
};

const refuseUntrusted: Lifecycle.Method = (request, h) => {
  const { host, guard } = gateway;
  const refusal = guard
    ? findRefusal(request.headers, { ...guard, host, hasKey: Boolean(process.env['API_KEY']) })
    : undefined;
  if (!guard || !refusal) return h.continue;
  refused.add(request);
  return respond(request, h, 'ACCESS_DENIED', 403, guard.refusals[refusal]).takeover();
};

/** hapi answers HEAD where there is a GET; API Gateway only where the template names it. */
const refuseHead: Lifecycle.Method = (request, h) => {
  if (request.method !== 'head') return h.continue;
  const path = request.route.path.replace(/^\/|\*\}|\?\}/g, (end) => (end === '/' ? '' : '}'));
  const isNamed = gateway.routes.some(
    (route) =>
      ['head', 'any'].includes(route.method) &&
      route.path.replace(/^\//, '').replaceAll('+}', '}') === path,
  );
  return isNamed ? h.continue : respond(request, h, 'MISSING_AUTHENTICATION_TOKEN', 404).takeover();
};

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compared as hashes, in constant time. Without a configured key every route is open. */
export const isAuthorized = (
  isPrivate: boolean,
  given: unknown,
  key: string | undefined,
): boolean =>
  !isPrivate || !key || (typeof given === 'string' && timingSafeEqual(digest(given), digest(key)));

// By listener: hapi passes another object for the same server each time.
const configuredServers = new Map<Server['listener'], Server>();

const closeTimeoutMs = 2000; // for requests that are being answered when the stack stops

/** Accepts no more requests, and resolves when those in progress are answered. */
export const closeGateway = async (): Promise<void> => {
  await Promise.all(
    [...configuredServers.values()].map((server) => server.stop({ timeout: closeTimeoutMs })),
  );
};

/**
 * serverless-offline's customAuthenticationProvider: called once per route. hapi hands its server
 * to an authentication scheme, which is the only way to get hold of it from outside.
 */
export const authenticationFor = (
  endpoint: { private?: boolean },
  _functionKey: string,
  method: string,
  path: string,
) => {
  const name = `key for ${method} ${path}`;
  const getAuthenticateFunction = (server: Server) => {
    if (!configuredServers.has(server.listener)) {
      server.ext('onPreStart', streamBodies);
      server.ext('onRequest', refuseUntrusted);
      server.ext('onPreAuth', normalizeForm);
      server.ext('onPreHandler', refuseHead);
      server.ext('onPreHandler', readBody);
      server.ext('onPreResponse', enveloped);
    }
    configuredServers.set(server.listener, server);
    return {
      authenticate: (request: Request, h: ResponseToolkit) =>
        isAuthorized(
          endpoint.private === true,
          request.headers['x-api-key'],
          process.env['API_KEY'],
        )
          ? h.authenticated({ credentials: {} })
          : respond(request, h, 'INVALID_API_KEY', 403).takeover(),
    };
  };
  return { name, scheme: name, getAuthenticateFunction };
};
