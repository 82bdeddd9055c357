/**
 * Fetches a stranger's file by its URL. `refused` says why it never will; what waiting may mend
 * (a busy host, a timeout) throws an error named FetchBusy, whose message is a sentence.
 * lib/web/public-fetch.ts does it without reaching private hosts.
 */
export type FetchFile = (url: string) => Promise<FetchedFile | { refused: string }>;

export type FetchedFile = {
  bytes: Uint8Array;
  contentType: string | undefined;
  finalUrl: string;
};

/** A quarter of a minute in between: what has not passed by then should not hold a batch. */
const maxTries = 4;

/** A URL that is still busy the fourth time is refused with its reason; before, it throws. */
export const fetchWithRetry = async (
  url: string,
  { attempts }: { attempts: number },
  fetch: FetchFile,
): Promise<FetchedFile | { refused: string }> => {
  try {
    return await fetch(url);
  } catch (error) {
    if (!isFetchBusy(error) || attempts < maxTries) throw error;
    return { refused: `${error.message.replace(/\.$/, '')}, tried ${attempts} times.` };
  }
};

const isFetchBusy = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'FetchBusy';
