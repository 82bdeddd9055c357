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

/** A quarter of a minute in between: what has not passed by then should not hold a batch. */
const mostTries = 4;

/** A URL that is still busy the fourth time is refused with its reason; before, it throws. */
export const fetchPatiently = async (
  url: string,
  { attempts }: { attempts: number },
  fetch: FetchFile,
): Promise<FetchedFile | { refused: string }> => {
  try {
    return await fetch(url);
  } catch (error) {
    if (!(error instanceof RetryLaterError) || attempts < mostTries) throw error;
    return { refused: `${error.message.replace(/\.$/, '')}, tried ${attempts} times.` };
  }
};
