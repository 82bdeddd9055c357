import { describe, expect, it } from 'vitest';
import { findDifferences } from '#infra/cli/audit/differences.ts';
import type { StoredRecords } from '#infra/cli/audit/stored-records.ts';
import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { toItem } from '#lib/aws/dynamo-image-items.ts';
import type { PresetDefinition } from '#lib/delivery/preset.ts';
import { variantKey } from '#lib/delivery/variants.ts';
import { versionOf } from '#lib/delivery/version.ts';
import { counterNames, countImage } from '#lib/images/counters.ts';
import { type Image, ownerOf } from '#lib/images/image.ts';
import { renditionKey, renditionSetIdFor } from '#lib/images/rendition-set.ts';
import { aBatch } from '#test/support/batch-builder.ts';
import { anExif, anImage } from '#test/support/image-builder.ts';

const sizes = [{ name: 'small', longestSide: 200 }];
const sha256 = 'a'.repeat(64);
const renditionSetId = renditionSetIdFor(sha256, sizes);
const ended = {
  run: 1,
  attempts: 1,
  durationMs: 5,
  endedAt: '2026-11-21T09:30:01.000Z',
} as const;
const done = { state: 'done', ...ended } as const;

/** An image that is done, and shows what it made itself. */
const aDoneImage = (key = 'holiday/beach.jpg'): Image => {
  const image = anImage({ key, sha256, steps: { thumbnails: done, exif: done, caption: done } });
  const renditions = [{ name: 'small', width: 200, height: 150, sizeBytes: 3 }];
  const looks = { placeholder: 'cGxhY2Vob2xkZXI=', dominantColor: '#336699' };
  return {
    ...image,
    renditionSet: { renditionSetId, owner: ownerOf(image), renditions, ...looks },
  };
};

/** What is kept when all is as it should be: this image, and all that follows from it. */
const keptOf = (image: Image): StoredRecords => {
  const { partition, status_partition, listed_at }: Record<string, unknown> = toItem(image, 1);
  const renditionSet = image.renditionSet && {
    ...image.renditionSet,
    refs: 1,
    createdAt: '2026-11-21T09:30:00.000Z',
  };
  return {
    images: [{ image, version: 1, copies: { partition, status_partition, listed_at } }],
    rawTags: [],
    renditionSets: renditionSet ? [renditionSet] : [],
    counters: [
      { scope: 'stats', shard: pickShard(image.imageId), counts: { ...countImage(image) } },
    ],
    listMonths: [{ kind: 'images', months: new Set(['2026-11']) }],
    batches: [],
    rows: [],
    originals: new Map([[image.key ?? '', image.etag]]),
    derived: new Set(renditionSet ? [renditionKey(renditionSet, 'small')] : []),
  };
};

const differencesOf = (
  change: (kept: StoredRecords) => Partial<StoredRecords>,
  image = aDoneImage(),
): string[] => {
  const kept = keptOf(image);
  return findDifferences({ ...kept, ...change(kept) }, sizes);
};

describe('an audit', () => {
  it('finds nothing where everything follows from the records', () => {
    expect(differencesOf(() => ({}))).toEqual([]);
  });

  it.each(counterNames)('finds a tally of %s that is not the sum', (name) => {
    const found = differencesOf(({ counters: [tally] }) => ({
      counters: tally
        ? [{ ...tally, counts: { ...tally.counts, [name]: (tally.counts[name] ?? 0) + 1 } }]
        : [],
    }));

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(name);
  });

  it('finds a tally that is not there at all', () => {
    expect(differencesOf(() => ({ counters: [] })).join()).toMatch(/counts 0 total; .* up to 1/);
  });

  it('finds a content that counts others than show it', () => {
    const found = differencesOf(({ renditionSets }) => ({
      renditionSets: renditionSets.map((renditionSet) => ({ ...renditionSet, refs: 2 })),
    }));

    expect(found).toEqual([expect.stringMatching(/counts 2 images; 1 show it/)]);
  });

  it('finds a content that an image shows and nobody knows', () => {
    const found = differencesOf(() => ({ renditionSets: [], derived: new Set<string>() }));

    expect(found).toEqual([expect.stringMatching(/^\w{26}: there is no content/)]);
  });

  it('finds thumbnails that are missing, and those that nobody shows', () => {
    expect(differencesOf(() => ({ derived: new Set<string>() })).join()).toMatch(/is missing/);
    const stray = `${renditionSetId}/${'x'.repeat(26)}.1/small.jpg`;
    const found = differencesOf(({ derived }) => ({ derived: new Set([...derived, stray]) }));
    expect(found).toEqual([`Nobody shows ${stray}.`]);
  });

  it('takes no offence at what a worker is just making, nor at files of batches', () => {
    const image = anImage({ sha256 });
    const candidate = renditionKey({ renditionSetId, owner: ownerOf(image) }, 'small');

    const derived = new Set([candidate, 'batches/a-batch/input.csv']);
    expect(differencesOf(() => ({ derived }), image)).toEqual([]);
  });

  it('finds originals that are gone, others by now, or unknown', () => {
    const of = (originals: [string, string][]) =>
      differencesOf(() => ({ originals: new Map(originals) })).join();
    const { key, etag } = aDoneImage();

    expect(of([])).toMatch(/is not the one that was recorded/);
    expect(of([[key ?? '', 'another']])).toMatch(/is not the one that was recorded/);
    expect(
      of([
        [key ?? '', etag],
        ['b.jpg', 'b'],
      ]),
    ).toBe('The original b.jpg has no record.');
  });

  it('finds whatever is left of a deleted image', () => {
    const { renditionSet: _, ...rest } = aDoneImage();
    const image: Image = { ...rest, deleted: 'gone' };

    expect(differencesOf(() => ({}), image)).toEqual([
      'The original holiday/beach.jpg is there, and its image was deleted.',
    ]);
    const rawTags = [{ imageId: image.imageId, rev: 1 }];
    expect(differencesOf(() => ({ originals: new Map(), rawTags }), image)).toEqual([
      `The raw tags of ${image.imageId} are kept, and it was deleted.`,
    ]);
  });

  it('finds variants of images that are gone, and of pictures that were replaced', () => {
    const image = aDoneImage();
    const { imageId } = image;
    const small: PresetDefinition = { fit: 'inside', longestSide: 100 };
    const of = (version: string, one: Image = image) =>
      differencesOf(
        ({ derived }) => ({
          derived: new Set([...derived, variantKey(imageId, 'tiny', version, 'avif')]),
        }),
        one,
      );
    const current = versionOf(image, small);

    expect(of(current)).toEqual([]);
    expect(of(versionOf({ etag: 'before' }, small)).join()).toMatch(/of an earlier picture/);
    expect(of(current, { ...image, imageId: 'another' }).join()).toMatch(/is of no image/);
    expect(of(current, { ...image, deleted: 'gone' }).join()).toMatch(/is of no image/);
    expect(of(current, { ...image, deleted: 'removed' }).join()).not.toMatch(/The variant/);
  });

  it('finds tags of the picture before, once those of this one have been looked for', () => {
    const image = { ...aDoneImage(), rev: 2 };
    const rawTags = [{ imageId: image.imageId, rev: 1 }];

    expect(differencesOf(() => ({ rawTags }), image).join()).toMatch(/are of revision 1; it has 2/);
    const pending = { state: 'pending', run: 1, since: image.listedAt } as const;
    const atWork = { ...image, steps: { ...image.steps, exif: pending } };
    expect(differencesOf(() => ({ rawTags }), atWork)).toEqual([]);
  });

  it('finds that an image says what its camera wrote, and the raw tags are missing', () => {
    const image = { ...aDoneImage(), exif: anExif };
    const rawTags = [{ imageId: image.imageId, rev: 1 }];

    expect(differencesOf(() => ({ rawTags }), image)).toEqual([]);
    expect(differencesOf(() => ({}), image)).toEqual([
      `${image.imageId}: its raw tags are missing.`,
    ]);
  });

  it('finds leftovers that nobody will remove any more', () => {
    const image = { ...aDoneImage(), orphanedRenditions: [{ renditionSetId, owner: 'another.1' }] };

    expect(differencesOf(() => ({}), image).join()).toMatch(/has not been removed/);
  });

  it('finds an image that lists show in a wrong place, or not at all', () => {
    const wrong = differencesOf(({ images }) => ({
      images: images.map((one) => ({
        ...one,
        copies: { ...one.copies, status_partition: 'queued#2026-11' },
      })),
    }));

    expect(wrong.join()).toMatch(/status_partition is queued#2026-11; it should be done#2026-11/);
    expect(differencesOf(() => ({ listMonths: [] })).join()).toMatch(
      /no list looks into its month/,
    );
  });

  it('finds a batch that says other than its rows', () => {
    const row = {
      number: 1,
      serialNumber: '1',
      productName: 'Lamp',
      images: [{ state: 'completed', inputUrl: 'https://shop.example/1.jpg' } as const],
    };
    const counts = { products: 1, images: 1, failed: 0 };
    const batch = aBatch({ work: { state: 'ended', endedAt: '2026-11-21T09:40:00.000Z', counts } });
    const { requestId } = batch;
    const rows = [{ requestId, part: 'row#000001', row }];
    const tally = { scope: requestId, shard: pickShard('row#000001'), counts };
    const of = (change: Partial<StoredRecords>, tallied = tally) =>
      differencesOf(({ counters }) => ({
        batches: [batch],
        rows,
        counters: [...counters, tallied],
        ...change,
      }));

    expect(of({})).toEqual([]);
    expect(of({}, { ...tally, counts: { ...counts, images: 2 } }).join()).toMatch(
      /counts 2 images/,
    );
    const ill = { ...batch, work: { ...batch.work, counts: { ...counts, failed: 1 } } };
    expect(of({ batches: [ill as typeof batch] }).join()).toMatch(/ended with 1 failed/);
    expect(of({ batches: [] })).toEqual([`row#000001 of ${requestId} belongs to no batch.`]);
  });
});
