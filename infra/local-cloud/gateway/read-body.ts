import { isUtf8 } from 'node:buffer';
import { IncomingMessage } from 'node:http';
import type { Lifecycle, Server } from '@hapi/hapi';
import { respond } from './gateway-responses.ts';
import { releaseMemory } from './release-memory.ts';

/** Makes hapi pass on bodies as streams, within its own size limit. */
export const streamBodies = (server: Server): void => {
  for (const { settings } of server.table()) {
    if (settings.payload) Object.assign(settings.payload, { output: 'stream' });
    // A part of an answer is what a function makes: API Gateway passes Range on, and no more.
    if (settings.response) Object.assign(settings.response, { ranges: false });
  }
};

/**
 * Reads a body in hapi's stead: what hapi's own reader has read stays in memory until old objects
 * are collected, which forms of megabytes then bring about several times as often.
 */
export const readBody: Lifecycle.Method = async (request, h) => {
  const { payload, mime } = request;
  if (!(payload instanceof IncomingMessage)) return h.continue;
  const maxBytes = request.route.settings.payload?.maxBytes ?? Number.POSITIVE_INFINITY;
  const body = await readBytes(payload, maxBytes);
  if (!body) return respond(request, h, 'REQUEST_TOO_LARGE', 413).takeover();
  Object.assign(request, { payload: body });
  if (mime === 'multipart/form-data') avoidCopies(body);
  else if (!isUtf8(body)) request.headers['content-type'] = encodedType;
  return h.continue;
};

/**
 * serverless-offline passes the bodies of this type on as base64, and makes a text of others, in which
 * the bytes that are no UTF-8 are lost. The function gets the header as it came.
 */
const encodedType = 'application/octet-stream';

/** Undefined if there are more. */
const readBytes = async (
  message: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return undefined;
  }
  const body = Buffer.concat(chunks, sizeBytes);
  for (const chunk of chunks) releaseMemory(chunk);
  return body;
};

/**
 * serverless-offline makes a text of every body; of a form it only checks whether there is one, and
 * makes a copy of the bytes before it encodes them. Forms are megabytes, so theirs says that there
 * is a text, and lends Buffer.from() its memory instead of having it copied.
 */
const avoidCopies = (body: Buffer): void => {
  if (body.length === 0 || body.length !== body.buffer.byteLength) return;
  Object.assign(body, { toString: () => 'a form', valueOf: () => body.buffer });
};
