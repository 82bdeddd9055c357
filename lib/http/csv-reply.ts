import type { Objects } from '#lib/images/objects.ts';
import { Problem } from '#lib/problem.ts';
import { bytesReply, emptyReply } from './route.ts';

/** As base64 it still fits into Lambda's 6 MB payload. */
const maxBytes = 4_000_000;
const linkSeconds = 300;

/** A CSV as a download; a 302 to a presigned URL where it is too large. Throws a Problem where there is none. */
export const csvReply = async (
  { key, filename }: { key: string; filename: string },
  { derived }: { derived: Objects },
) => {
  const head = await derived.head(key);
  const bytes = head && head.sizeBytes <= maxBytes ? await derived.read(key) : undefined;
  if (!head) throw new Problem('results_not_found', 'The results are no longer there.');
  if (!bytes) {
    const location = await derived.link(key, linkSeconds, { filename });
    return emptyReply(302, { location, 'cache-control': 'no-store' });
  }
  const plain = filename.replace(/[^\w. -]/g, '_');
  return bytesReply(200, bytes, 'text/csv; charset=utf-8', {
    'content-disposition': `attachment; filename="${plain}"`,
    'cache-control': 'private, no-cache',
  });
};
