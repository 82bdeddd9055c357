/**
 * Fetches an untrusted picture by its URL, from public addresses only. `refused` says why it never
 * will; what may pass throws RetryLaterError. lib/web/public-fetch.ts does it.
 */
export type FetchPicture = (url: string) => Promise<{ bytes: Uint8Array } | { refused: string }>;
