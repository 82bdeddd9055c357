import { RetryLaterError } from '#lib/retry-later-error.ts';

/**
 * Fetches an untrusted file by its URL. `refused` says why it never will; what may pass (a busy
 * host, a timeout) throws RetryLaterError. lib/web/public-fetch.ts does it without reaching private
 * hosts.
 */
export type FetchFile = (url: string) => Promise<FetchedFile | { refused: string }>;

export type FetchedFile = {
  bytes: Uint8Array;
  contentType: string | undefined;
  finalUrl: string;
};

/** About 15 seconds of backoff in all: what has not passed by then should not hold up a batch. */
const maxAttempts = 4;

/** Throws RetryLaterError up to the third attempt; on the fourth the URL is refused with its reason. */
export const fetchWithRetry = async (
  url: string,
  { attempts }: { attempts: number },
  fetch: FetchFile,
): Promise<FetchedFile | { refused: string }> => {
  try {
    return await fetch(url);
  } catch (error) {
    if (!(error instanceof RetryLaterError) || attempts < maxAttempts) throw error;
    return { refused: `${error.message.replace(/\.$/, '')}, tried ${attempts} times.` };
  }
};
