import type { Failure } from '#lib/failure.ts';

/**
 * Fetches an untrusted picture by its URL, from public addresses only. What would fail again is a
 * Failure; what may pass throws RetryLaterError. lib/web/public-fetch.ts does it.
 */
export type FetchPicture = (url: string) => Promise<{ ok: true; bytes: Uint8Array } | Failure>;
