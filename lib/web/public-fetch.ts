import { isUtf8 } from 'node:buffer';
import { readAtMost } from '#lib/read-at-most.ts';
import { parseRetryAfter } from '#lib/retry-after.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { type Fault, faultOf } from './faults.ts';
import { guardedAgent, type Resolver } from './guarded-agent.ts';
import { readWebAddress, shown } from './web-address.ts';

export type { Resolver } from './guarded-agent.ts';

/** A download, or the sentence that says why this URL will never do. */
export type Fetched =
  | { bytes: Uint8Array; contentType: string | undefined; finalUrl: string }
  | { refused: string };

type Options = {
  /** `host:port` of what may be reached although private, by redirect too. */
  allowHosts: readonly string[];
  /** What is asked for, by default a picture: a server that has something else may answer 406. */
  accept?: string;
  maxBytes: number;
  /** For one download from the first look-up to the last byte, redirects included. */
  timeoutMs: number;
  maxRedirects?: number;
  resolve?: Resolver;
  now?: () => Date;
};

/**
 * Downloads what strangers' URLs point to, as it is: nothing is decompressed, and the type is what
 * the server claims. Only http and https, only public addresses (every hop, at the moment of
 * connecting), bounded in bytes, seconds and redirects. What would fail again is `refused`; what
 * may pass (408, 425, 429, 5xx, silence, a broken connection, a resolver that is busy) throws
 * RetryLaterError. Both are sentences that repeat neither the query of a URL nor the body of an answer.
 */
export const publicFetch = (options: Options): ((url: string) => Promise<Fetched>) => {
  const { timeoutMs, maxRedirects = 5 } = options;
  const get = getOf(options);

  return async (text) => {
    const clock = AbortSignal.timeout(timeoutMs);
    const visited: URL[] = [];
    let address = readWebAddress(text);
    let place = shown(text);

    for (;;) {
      if ('fault' in address) return { refused: `${place} ${address.fault}.` };
      const { url } = address;
      if (visited.some(({ href }) => href === url.href))
        return { refused: `${shown(text)} redirects in a circle.` };
      if (visited.length > maxRedirects)
        return { refused: `${shown(text)} redirects more than ${maxRedirects} times.` };
      visited.push(url);

      const answer = await get(url, clock).catch((error: unknown) =>
        faultOf(error, { timedOut: clock.aborted, timeoutMs }),
      );
      if ('bytes' in answer) return { ...answer, finalUrl: url.href };
      if ('fault' in answer && answer.mayPass)
        throw new RetryLaterError(`${place} ${answer.fault}.`, answer.retryAfterSeconds);
      if ('fault' in answer) return { refused: `${place} ${answer.fault}.` };
      address = readWebAddress(answer.location, url);
      const target = 'url' in address ? address.url.href : answer.location;
      place = `${shown(text)} redirects to ${shown(target)}, which`;
    }
  };
};

type Answer = { bytes: Uint8Array; contentType: string | undefined } | { location: string } | Fault;

/** One request, one answer. Throws only what resolving, connecting and reading throw. */
const getOf = ({ accept = 'image/*', maxBytes, now = () => new Date(), ...guard }: Options) => {
  const agent = guardedAgent(guard);

  return async (url: URL, signal: AbortSignal): Promise<Answer> => {
    const { statusCode, headers, body } = await agent.request({
      method: 'GET',
      origin: url.origin,
      path: url.pathname + url.search,
      signal,
      headers: { accept, 'accept-encoding': 'identity', 'user-agent': 'darkroom' },
    });
    const header = (name: string): string | undefined => [headers[name]].flat()[0];

    if (statusCode !== 200) {
      // A small one is read to its end, so that the connection can be used again.
      body.dump({ limit: 16_384, signal }).catch(() => {});
      const location = redirects.includes(statusCode) ? header('location') : undefined;
      if (location) return { location: asUtf8(location) };
      const retryAfterSeconds = parseRetryAfter(header('retry-after'), now());
      return { fault: `answered ${statusCode}`, mayPass: mayPass(statusCode), retryAfterSeconds };
    }

    const fault =
      compressionOf(header('content-encoding')) ??
      (Number(header('content-length')) > maxBytes ? tooLarge(maxBytes) : undefined);
    const read = fault ? undefined : await readAtMost(maxBytes, body);
    if (!read || read.truncated) {
      body.on('error', () => {}).destroy();
      return { fault: fault ?? tooLarge(maxBytes), mayPass: false };
    }
    const { bytes } = read;
    if (bytes.length === 0) return { fault: 'answered with nothing at all', mayPass: false };
    return { bytes, contentType: header('content-type') };
  };
};

const redirects = [301, 302, 303, 307, 308];

/** Headers come as Latin-1; what is UTF-8 beneath is what careless servers meant. */
const asUtf8 = (text: string): string => {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : text;
};

const mayPass = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status);

const tooLarge = (maxBytes: number): string =>
  `is larger than ${(maxBytes / 1e6).toFixed(1)} MB, the most that is taken`;

/** Small when it comes and huge when it is unpacked: a bomb cannot go off that nobody opens. */
const compressionOf = (encoding: string | undefined): string | undefined => {
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return names.every((name) => name === '' || name === 'identity')
    ? undefined
    : 'is sent compressed (content-encoding), though it was asked for as it is';
};
