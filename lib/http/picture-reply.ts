import { matchesEtag } from './etag.ts';
import { bytesReply, emptyReply } from './route.ts';

/** As base64 it still fits into Lambda's 6 MB payload. */
const maxBytes = 4_000_000;

type PictureRequest = {
  query: { v?: string | undefined };
  headers: { 'if-none-match'?: string | undefined };
};
type Found = { revision: string; sizeBytes: number; contentType: string; size: string };
type Deps = {
  /** Throws a Problem where the bytes were deleted in the meantime. */
  read: () => Promise<Uint8Array>;
  link: () => Promise<string>;
};

/**
 * The bytes of a thumbnail; 304 for a client that has them, 302 where they are too many. Only a link
 * with the right `?v=` may be cached for ever: the bytes at the bare URL may change.
 */
export const pictureReply = async (
  { query, headers }: PictureRequest,
  { revision, sizeBytes, contentType, size }: Found,
  { read, link }: Deps,
) => {
  const etag = `"${revision}-${size}"`;
  const isImmutable = query.v === revision;
  const caching = {
    etag,
    'cache-control': isImmutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  };
  if (matchesEtag(headers['if-none-match'], etag)) return emptyReply(304, caching);
  if (sizeBytes > maxBytes)
    return emptyReply(302, { location: await link(), 'cache-control': 'no-store' });
  return bytesReply(200, await read(), contentType, caching);
};
