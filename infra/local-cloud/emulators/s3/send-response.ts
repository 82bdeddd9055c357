import type { IncomingMessage, ServerResponse } from 'node:http';
import type { S3Response } from './operations/operation.ts';
import type { ByteReader } from './store/byte-files.ts';
import { toXml } from './xml.ts';

/** Sends status, headers and either XML or the bytes of an object, which it closes. */
export const sendResponse = async (
  message: IncomingMessage,
  response: ServerResponse,
  { status = 200, headers = {}, xml, body }: S3Response,
): Promise<void> => {
  try {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, toHeaderValue(value));
    }
    if (xml) return sendXml(message, response, toXml(...xml));
    if (body) await sendBytes(response, body);
    else response.end();
  } finally {
    body?.close();
  }
};

const sendXml = (message: IncomingMessage, response: ServerResponse, document: string): void => {
  const bytes = Buffer.from(document);
  response.setHeader('content-type', 'application/xml');
  response.setHeader('content-length', bytes.length);
  response.end(message.method === 'HEAD' ? undefined : bytes);
};

// What a form or a query said may be no header: then it goes as RFC 2047 has it, as S3 does.
const toHeaderValue = (value: string | number): string | number =>
  typeof value === 'number' || /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ? value
    : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;

/** One chunk is read ahead, and the last one ends the response. */
const sendBytes = async (response: ServerResponse, body: ByteReader): Promise<void> => {
  let ready: Buffer | undefined;
  for await (const chunk of body.chunks()) {
    if (response.destroyed) return;
    if (ready && !response.write(ready)) await drained(response);
    ready = chunk;
  }
  response.end(ready);
};

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const proceed = () => {
      response.off('drain', proceed).off('close', proceed);
      resolve();
    };
    response.on('drain', proceed).on('close', proceed);
  });
