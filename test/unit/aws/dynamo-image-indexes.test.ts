import { describe, expect, it } from 'vitest';
import { shards, toIndexAttributes } from '#lib/aws/dynamo-image-indexes.ts';
import { noExif } from '#lib/images/exif.ts';
import { anImage } from '#test/support/image-builder.ts';

describe('the shards of the indexes', () => {
  it.each([
    ['taken_at', { exif: { ...noExif, datetimeOriginal: '2000-01-01T00:00:00' } }],
    ['listed_at', { listedAt: '2026-11-30T12:00:00.000Z' }],
  ] as const)(
    'share a page of images of one moment evenly, in the order of %s',
    (position, moment) => {
      const all = Array.from({ length: 1000 }, (_, n) =>
        toIndexAttributes({ ...anImage({ key: `${n}.jpg` }), ...moment }),
      ).sort((a, b) => ((a[position] ?? '') < (b[position] ?? '') ? 1 : -1));

      const page = Object.values(Object.groupBy(all.slice(0, 50), ({ shard = '' }) => shard));

      expect(page).toHaveLength(shards.length);
      for (const some of page) expect(some?.length).toBeLessThanOrEqual(15);
    },
  );
});
