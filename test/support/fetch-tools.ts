import { afterEach, beforeEach, expect } from 'vitest';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from './fetch-origin.ts';

type Options = Partial<Parameters<typeof publicFetch>[0]>;

/**
 * What a test of downloads needs: an origin that starts and stops with the test, and downloads that
 * may reach it. Call it at the top of a test file.
 */
export const fetchTools = () => {
  const picture = Buffer.alloc(3000, 'picture');
  const pictures = { '/a.jpg': picture, '/näh maschine.jpg': picture };
  let origin: FetchOrigin;

  beforeEach(async () => {
    origin = await startFetchOrigin({ pictures });
  });
  afterEach(() => origin.stop());

  const createFetch = (options: Options = {}) =>
    publicFetch({ allowHosts: [origin.host], maxBytes: 10_000, timeoutMs: 5000, ...options });
  const get = (path: string, options?: Options) => createFetch(options)(`${origin.url}${path}`);

  return {
    picture,
    origin: () => origin,
    createFetch,
    get,
    /** The RetryLaterError of a download; fails where it ends in anything else. */
    expectRetryLater: async (download: Promise<unknown>): Promise<RetryLaterError> => {
      const error = await download.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RetryLaterError);
      return error instanceof RetryLaterError ? error : new RetryLaterError('');
    },
  };
};

/** The Failure of a download with this reason. */
export const notFetched = (reason: unknown) => ({ ok: false, kind: 'not_fetched', reason });
