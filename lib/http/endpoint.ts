import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { logger as defaultLogger } from '#lib/observability.ts';
import { Problem } from '#lib/problem.ts';
import { traceFields } from '#lib/tracing/spans.ts';
import { type Outgoing, render, renderFailure, renderProblem } from './envelope.ts';
import { readHeaders, readRequest, readRequestId } from './request.ts';
import { logRequest, type RequestLogger } from './request-log.ts';
import type { Reply, Route, RouteReply, RouteRequest } from './route.ts';
import { traceRequests } from './trace-requests.ts';

export type EndpointOptions = {
  /** Base URL of the links in responses; by default derived from the request. */
  publicUrl?: string | undefined;
  logger?: RequestLogger;
};

/**
 * Makes a Lambda for API Gateway (REST, payload 1.0) from a route and its handler. A Problem is explained
 * to the client; any other error is logged and becomes a 500 without details. Each request writes one
 * log line, without bodies.
 */
export const endpoint = <R extends Route>(
  route: R,
  answer: (request: RouteRequest<R>) => Promise<RouteReply<R>>,
  { publicUrl, logger = defaultLogger }: EndpointOptions = {},
) => {
  const respond = async (
    event: APIGatewayProxyEvent,
    { functionName }: Context,
  ): Promise<APIGatewayProxyResult> => {
    const startedAt = performance.now();
    const requestId = readRequestId(event, readHeaders(event));
    const line = {
      function_name: functionName,
      request_id: requestId,
      method: event.httpMethod,
      path: event.path?.slice(0, 512),
      route: route.name,
      ...traceFields(),
    };

    let outgoing: Outgoing;
    let replied: Reply | undefined;
    let failure: unknown;
    try {
      replied = await answer(readRequest(route, event, { publicUrl, requestId }));
      outgoing = render(route, replied);
    } catch (error) {
      failure = error;
      outgoing =
        error instanceof Problem
          ? renderProblem(error, route.code[1])
          : renderFailure(requestId, route.code[1]);
    }

    const fields = {
      ...line,
      duration_ms: Math.round(performance.now() - startedAt),
      ...findImageIds(event, replied),
    };
    event.body = null; // the caller may hold the event for long, and a form is megabytes
    logRequest(logger, fields, { status: outgoing.status, replied, failure });
    return toResult(outgoing, event.httpMethod, requestId);
  };

  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>({
    // Just before the function's own timeout, so that the client gets our envelope and not
    // API Gateway's empty 504. The request itself is not known here.
    timeoutEarlyInMillis: 100,
    timeoutEarlyResponse: () => {
      const requestId = randomUUID();
      logger.error('request timed out', { request_id: requestId, route: route.name, status: 504 });
      return toResult(renderFailure(requestId, route.code[1], 'timeout'), 'GET', requestId);
    },
  }).handler(traceRequests(route, respond));
};

const always = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'x-request-id, etag, location, retry-after, allow, idempotency-replayed',
  'x-content-type-options': 'nosniff',
};

const toResult = (
  { status, headers, body }: Outgoing,
  method: string,
  requestId: string,
): APIGatewayProxyResult => {
  const isBytes = typeof body !== 'string';
  const isSent = method !== 'HEAD' && body.length > 0;
  return {
    statusCode: status,
    headers: {
      ...always,
      ...headers,
      // A HEAD has the headers that a GET would have (RFC 9110 §9.3.2).
      ...(method === 'HEAD' && body.length > 0 && { 'content-length': String(byteLength(body)) }),
      'x-request-id': requestId,
    },
    body: isSent ? toBodyText(body) : '',
    isBase64Encoded: isBytes && isSent,
  };
};

const byteLength = (body: string | Uint8Array): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;

const toBodyText = (body: string | Uint8Array): string =>
  typeof body === 'string'
    ? body
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');

/** The images that a request names or makes, so that they can be followed through the logs. */
const findImageIds = (event: APIGatewayProxyEvent, replied: Reply | undefined) => {
  const named = event.pathParameters?.['image_id'];
  if (named) return { image_id: named.slice(0, 64) };
  if (event.httpMethod !== 'POST' || !replied || !('data' in replied)) return {};
  const ids = [replied.data].flat().map(readImageId).filter(Boolean);
  return ids.length > 1 ? { image_ids: ids } : { ...(ids[0] && { image_id: ids[0] }) };
};

const readImageId = (data: unknown): string | undefined =>
  typeof data === 'object' &&
  data !== null &&
  'image_id' in data &&
  typeof data.image_id === 'string'
    ? data.image_id
    : undefined;
