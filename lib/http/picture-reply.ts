import { findPreset } from '#lib/delivery/find-variant.ts';
import type { LinksBelow } from '#lib/delivery/links.ts';
import { readThumbnail, type Thumbnail } from '#lib/images/find-thumbnail.ts';
import type { Image } from '#lib/images/image.ts';
import type { Objects } from '#lib/images/objects.ts';
import { contentTypeOf } from '#lib/images/picture.ts';
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

const linkSeconds = 300;

/**
 * The bytes of a thumbnail. A size that this image was not made in is at its delivery link, in JPEG
 * as all thumbnails are.
 */
export const thumbnailReply = async (
  request: PictureRequest & { path: { size: string }; baseUrl: string },
  found: Thumbnail | { image: Image },
  { derived, links }: { derived: Objects; links: LinksBelow },
) => {
  const { size } = request.path;
  if ('image' in found) {
    const { linkTo, presets } = await links(request.baseUrl);
    const location = linkTo(found.image, findPreset(size, found.image, presets), { format: 'jpg' });
    return emptyReply(302, { location, 'cache-control': 'no-store' });
  }
  const { key, revision, rendition } = found;
  return pictureReply(
    request,
    { revision, sizeBytes: rendition.sizeBytes, contentType: contentTypeOf(rendition), size },
    { read: () => readThumbnail(key, { derived }), link: () => derived.link(key, linkSeconds) },
  );
};
