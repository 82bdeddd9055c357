import { createHash } from 'node:crypto';

/** A strong ETag of these bytes. */
export const makeEtag = (bytes: Uint8Array | string): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;

const listed = /(?:W\/)?("[\x21\x23-\x7e\x80-\u{10ffff}]*")/gu;

/**
 * Whether `If-None-Match` matches this strong ETag: it is `*` or a list, compared weakly (RFC 9110
 * §13.1.2). A malformed header matches nothing.
 */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(listed)].some(([, tag]) => tag === etag);
};
