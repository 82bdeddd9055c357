import { cacheControl } from '#lib/delivery/caching.ts';
import type { Delivered } from '#lib/delivery/deliver.ts';
import type { Variant } from '#lib/delivery/find-variant.ts';
import { matchesEtag } from './etag.ts';
import { bytesReply, emptyReply } from './route.ts';

type Asked = { headers: { 'if-none-match'?: string | undefined } };
type Deps = { deliver: () => Promise<Delivered>; now: () => Date };

/** Pages of any origin may show it, those that isolate themselves too. */
const shared = { 'cross-origin-resource-policy': 'cross-origin' };

/**
 * The picture, 304 for a client that has it, or 302 to a short-lived URL. The version and the
 * encoding name its bytes, so neither is read for a 304.
 */
export const deliveryReply = async (
  { headers }: Asked,
  variant: Variant,
  { deliver, now }: Deps,
) => {
  const etag = `"${variant.version}-${variant.encoding}"`;
  const own = { ...shared, ...(variant.isNegotiated && { vary: 'Accept' }) };
  const caching = { ...own, etag, 'cache-control': cacheControl(variant, now()) };
  if (matchesEtag(headers['if-none-match'], etag)) return emptyReply(304, caching);
  const delivered = await deliver();
  if ('url' in delivered)
    return emptyReply(302, { ...own, location: delivered.url, 'cache-control': 'no-store' });
  return bytesReply(200, delivered.bytes, delivered.contentType, {
    ...caching,
    'x-amz-meta-cache-tag': variant.image.imageId, // the CDN forgets by it, as S3 names it
  });
};
