import { isUtf8 } from 'node:buffer';
import { bytesText } from '#lib/bytes-text.ts';
import { type Failure, failure } from '#lib/failure.ts';
import { readAtMost } from '#lib/read-at-most.ts';
import { parseRetryAfter } from '#lib/retry-after.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { defaultUserAgent } from '#lib/user-agent.ts';
import { explainFailure, type FetchFailure } from './fetch-failure.ts';
import { guardedAgent, type Resolver } from './guarded-agent.ts';
import { parseUntrustedUrl, toDisplayUrl } from './untrusted-url.ts';

export type { Resolver } from './guarded-agent.ts';

/** A download, or a sentence that says why a retry will not help. */
export type Fetched =
  | { ok: true; bytes: Uint8Array; contentType: string | undefined; finalUrl: string }
  | Failure<'not_fetched'>;

type Options = {
  /** `host:port` that may be reached although private, by redirect too. */
  allowHosts: readonly string[];
  userAgent?: string;
  /** The Accept header, by default pictures: a server that has something else may answer 406. */
  accept?: string;
  maxBytes: number;
  /** For one download from the first DNS look-up to the last byte, redirects included. */
  timeoutMs: number;
  maxRedirects?: number;
  resolve?: Resolver;
  now?: () => Date;
};

/**
 * Downloads from untrusted URLs. Nothing is decompressed, and the content type is what the server
 * claims. Only http and https and public addresses (checked on every hop while connecting), bounded
 * in bytes, seconds and redirects. What would fail again is a Failure; what may pass (408, 425, 429,
 * 5xx, a timeout, a broken connection, a busy resolver) throws RetryLaterError. Both are sentences
 * that repeat neither the query of a URL nor the body of a response.
 */
export const publicFetch = (options: Options): ((url: string) => Promise<Fetched>) => {
  const { timeoutMs, maxRedirects = 5 } = options;
  const get = createGet(options);

  return async (text) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const visited: URL[] = [];
    let target = parseUntrustedUrl(text);
    let place = toDisplayUrl(text);

    for (;;) {
      if ('failure' in target) return failure('not_fetched', `${place} ${target.failure}.`);
      const { url } = target;
      if (visited.some(({ href }) => href === url.href))
        return failure('not_fetched', `${toDisplayUrl(text)} redirects in a circle.`);
      if (visited.length > maxRedirects)
        return failure(
          'not_fetched',
          `${toDisplayUrl(text)} redirects more than ${maxRedirects} times.`,
        );
      visited.push(url);

      const response = await get(url, signal).catch((error: unknown) =>
        explainFailure(error, { timedOut: signal.aborted, timeoutMs }),
      );
      if ('bytes' in response) return { ok: true, ...response, finalUrl: url.href };
      if ('failure' in response && response.mayRetry)
        throw new RetryLaterError(`${place} ${response.failure}.`, response.retryAfterSeconds);
      if ('failure' in response) return failure('not_fetched', `${place} ${response.failure}.`);
      target = parseUntrustedUrl(response.location, url);
      const location = 'url' in target ? target.url.href : response.location;
      place = `${toDisplayUrl(text)} redirects to ${toDisplayUrl(location)}, which`;
    }
  };
};

type Hop =
  | { bytes: Uint8Array; contentType: string | undefined }
  | { location: string }
  | FetchFailure;

/** One request without redirects. Throws only what resolving, connecting and reading throw. */
const createGet = ({
  accept = 'image/*',
  userAgent = defaultUserAgent(),
  maxBytes,
  now = () => new Date(),
  ...guard
}: Options) => {
  const agent = guardedAgent(guard);

  return async (url: URL, signal: AbortSignal): Promise<Hop> => {
    const { statusCode, headers, body } = await agent.request({
      method: 'GET',
      origin: url.origin,
      path: url.pathname + url.search,
      signal,
      headers: { accept, 'accept-encoding': 'identity', 'user-agent': userAgent },
    });
    const header = (name: string): string | undefined => [headers[name]].flat()[0];

    if (statusCode !== 200) {
      // A small body is read to its end, so that the connection can be reused.
      body.dump({ limit: 16_384, signal }).catch(() => {});
      const location = redirectStatuses.includes(statusCode) ? header('location') : undefined;
      if (location) return { location: decodeUtf8(location) };
      const retryAfterSeconds = parseRetryAfter(header('retry-after'), now());
      const mayRetry = statusCode >= 500 || [408, 425, 429].includes(statusCode);
      return { failure: `answered ${statusCode}`, mayRetry, retryAfterSeconds };
    }

    const problem =
      findCompression(header('content-encoding')) ??
      (Number(header('content-length')) > maxBytes ? tooLarge(maxBytes) : undefined);
    const read = problem ? undefined : await readAtMost(maxBytes, body);
    if (!read || read.truncated) {
      body.on('error', () => {}).destroy();
      return { failure: problem ?? tooLarge(maxBytes), mayRetry: false };
    }
    const { bytes } = read;
    if (bytes.length === 0) return { failure: 'answered with nothing at all', mayRetry: false };
    return { bytes, contentType: header('content-type') };
  };
};

const redirectStatuses = [301, 302, 303, 307, 308];

/** Headers are decoded as Latin-1, but some servers send UTF-8. */
const decodeUtf8 = (text: string): string => {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : text;
};

const tooLarge = (maxBytes: number): string => `is larger than ${bytesText(maxBytes)}, the maximum`;

/** Compressed bodies are refused: a small one may decompress to a huge one. */
const findCompression = (encoding: string | undefined): string | undefined => {
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return names.every((name) => name === '' || name === 'identity')
    ? undefined
    : 'is sent compressed (content-encoding), though no compression was requested';
};
