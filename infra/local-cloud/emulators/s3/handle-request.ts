import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkBucket } from './operations/find-object.ts';
import type { S3Context, S3Response } from './operations/operation.ts';
import { isForm, postObject } from './operations/post-object.ts';
import { allowOrigin, answerPreflight, type CorsRule } from './requests/cors.ts';
import { parseAddress, parseRequest } from './requests/s3-request.ts';
import { splitUrl } from './requests/uri.ts';
import { findOperation } from './routes.ts';
import { S3Error } from './s3-error.ts';
import { sendResponse } from './send-response.ts';

export type HandlerOptions = {
  context: S3Context;
  cors: Readonly<Record<string, readonly CorsRule[]>>;
  /** Called with what is answered with 500. */
  onError: (error: unknown) => void;
};

/** Answers one request; never rejects. */
export const requestHandler =
  ({ context, cors, onError }: HandlerOptions) =>
  async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    limitWaste(message, response);
    try {
      const { bucket, key } = parseAddress(message.url ?? '/', message.headers.host);
      const rules = cors[bucket] ?? [];
      if (message.method === 'OPTIONS') return answerPreflight(message, response, rules);
      allowOrigin(message, response, rules);
      const result =
        isForm(message) && key === ''
          ? await postObject(message, bucket, context)
          : await answer(message, context);
      await sendResponse(message, response, result);
    } catch (error) {
      // A refusal is an answer, and a client may go away; only the unexpected is reported.
      if (!(error instanceof S3Error) && !message.errored) onError(error);
      if (response.headersSent) response.destroy();
      else await sendResponse(message, response, errorResponse(error, message, requestId));
    }
  };

const answer = async (message: IncomingMessage, context: S3Context): Promise<S3Response> => {
  const request = parseRequest(message, context.key);
  const operation = findOperation(request);
  const isCreation = request.method === 'PUT' && request.key === '';
  if (request.bucket !== '' && !isCreation) checkBucket(request.bucket, context);
  return operation(request, context);
};

const errorResponse = (error: unknown, message: IncomingMessage, requestId: string): S3Response => {
  const known = error instanceof S3Error ? error : internalError(error);
  const content = {
    Code: known.code,
    Message: known.message,
    ...known.detail,
    Resource: splitUrl(message.url ?? '/').path,
    RequestId: requestId,
    HostId: 'local',
  };
  return { status: known.status, xml: ['Error', content] };
};

const internalError = (error: unknown): S3Error => {
  const isFullDisk = error instanceof Error && /disk is full|ENOSPC|EFBIG/.test(error.message);
  const message = isFullDisk
    ? 'We encountered an internal error: the disk is full. Please try again.'
    : 'We encountered an internal error. Please try again.';
  return new S3Error('InternalError', message);
};

const maxWastedBytes = 32 * 1024 * 1024;

// A refused body is read and thrown away, so that the client gets to see the refusal; but not for
// ever.
const limitWaste = (message: IncomingMessage, response: ServerResponse): void => {
  response.once('finish', () => {
    if (message.complete) return;
    let wasted = 0;
    message.on('data', (bytes: Buffer) => {
      wasted += bytes.length;
      if (wasted > maxWastedBytes) message.destroy();
    });
  });
};
