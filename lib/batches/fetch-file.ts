/**
 * Fetches a stranger's file by its URL. `refused` says why it never will; what waiting may mend
 * (a busy host, a timeout) throws. lib/web/public-fetch.ts does it without reaching private hosts.
 */
export type FetchFile = (
  url: string,
) => Promise<
  { bytes: Uint8Array; contentType: string | undefined; finalUrl: string } | { refused: string }
>;
