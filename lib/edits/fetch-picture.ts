import type { Failure } from '#lib/failure.ts';

/**
 * Fetches an untrusted picture by its URL, from public addresses only. What would fail again is a
 * Failure; where a retry may succeed, throws RetryLaterError. lib/web/public-fetch.ts implements it.
 */
export type FetchPicture = (url: string) => Promise<{ ok: true; bytes: Uint8Array } | Failure>;
