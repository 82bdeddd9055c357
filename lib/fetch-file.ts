import { type Failure, failure } from './failure.ts';
import { RetryLaterError } from './retry-later-error.ts';

/**
 * Fetches an untrusted file by its URL. What would fail again is a Failure; where a retry may succeed (a
 * busy host, a timeout), throws RetryLaterError. lib/web/public-fetch.ts implements it without reaching
 * private hosts.
 */
export type FetchFile = (url: string) => Promise<FetchedFile | Failure>;

export type FetchedFile = {
  ok: true;
  bytes: Uint8Array;
  contentType: string | undefined;
  finalUrl: string;
};

/** About 15 seconds of backoff in all: a URL that still fails should not keep anyone waiting. */
const maxAttempts = 4;

/** Throws RetryLaterError up to the third attempt; the fourth is a Failure with the reason. */
export const fetchWithRetry = async (
  url: string,
  { attempts }: { attempts: number },
  fetch: FetchFile,
): Promise<FetchedFile | Failure> => {
  try {
    return await fetch(url);
  } catch (error) {
    if (!(error instanceof RetryLaterError) || attempts < maxAttempts) throw error;
    const reason = error.message.replace(/\.$/, '');
    return failure('not_fetched', `${reason}, tried ${attempts} times.`);
  }
};
