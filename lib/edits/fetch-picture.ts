/**
 * Fetches a stranger's picture by its URL, from public addresses only. `refused` says why it never
 * will; what waiting may mend throws an error named FetchBusy. lib/web/public-fetch.ts does it.
 */
export type FetchPicture = (url: string) => Promise<{ bytes: Uint8Array } | { refused: string }>;

export const isFetchBusy = (
  error: unknown,
): error is Error & { retryAfterSeconds?: number | undefined } =>
  error instanceof Error && error.name === 'FetchBusy';
