import { afterEach, beforeEach, expect } from 'vitest';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from './fetch-origin.ts';

type Options = Partial<Parameters<typeof publicFetch>[0]>;

/**
 * What a test of downloads needs: an origin that begins and ends with the test, and downloads that
 * may reach it. To be called at the top of a test file.
 */
export const fetchTools = () => {
  const picture = Buffer.alloc(3000, 'picture');
  const pictures = { '/a.jpg': picture, '/näh maschine.jpg': picture };
  let origin: FetchOrigin;

  beforeEach(async () => {
    origin = await startFetchOrigin({ pictures });
  });
  afterEach(() => origin.stop());

  const fetchOf = (options: Options = {}) =>
    publicFetch({ allowHosts: [origin.host], maxBytes: 10_000, timeoutMs: 5000, ...options });
  const get = (path: string, options?: Options) => fetchOf(options)(`${origin.url}${path}`);

  return {
    picture,
    origin: () => origin,
    fetchOf,
    get,
    /** Why a download is worth trying again; fails where it is not. */
    busyOf: async (downloading: Promise<unknown>): Promise<RetryLaterError> => {
      const end = await downloading.catch((error: unknown) => error);
      expect(end).toBeInstanceOf(RetryLaterError);
      return end instanceof RetryLaterError ? end : new RetryLaterError('');
    },
  };
};
