import { describe, expect, it } from 'vitest';
import { findDifferences } from '#infra/cli/audit/differences.ts';
import type { StoredRecords } from '#infra/cli/audit/stored-records.ts';
import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { toIndexAttributes } from '#lib/aws/dynamo-image-indexes.ts';
import { failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import type { PresetDefinition } from '#lib/delivery/preset.ts';
import { variantKey } from '#lib/delivery/variants.ts';
import { computeVersion } from '#lib/delivery/version.ts';
import { counterNames, countImage } from '#lib/images/counters.ts';
import { countDetail } from '#lib/images/detail-counters.ts';
import { type Image, ownerOf } from '#lib/images/image.ts';
import { renditionKey, renditionSetIdFor } from '#lib/images/rendition-set.ts';
import { mapSteps } from '#lib/images/steps.ts';
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
  const image = anImage({ key, sha256, steps: mapSteps(() => done) });
  const renditions = [{ name: 'small', width: 200, height: 150, sizeBytes: 3 }];
  const looks = { placeholder: 'cGxhY2Vob2xkZXI=', dominantColor: '#336699' };
  return {
    ...image,
    renditionSet: { renditionSetId, owner: ownerOf(image), renditions, ...looks },
  };
};

/** A consistent stage with this image: every record, counter and object that follows from it. */
const storedFor = (image: Image): StoredRecords => {
  const renditionSet = image.renditionSet && {
    ...image.renditionSet,
    refs: 1,
    createdAt: '2026-11-21T09:30:00.000Z',
  };
  return {
    images: [{ image, version: 1, indexAttributes: toIndexAttributes(image) }],
    rawTags: [],
    renditionSets: renditionSet ? [renditionSet] : [],
    counters: [
      { scope: 'images#03', shard: '03', counts: { ...countImage(image), ...countDetail(image) } },
    ],
    batches: [],
    rows: [],
    originals: new Map([[image.key ?? '', image.etag]]),
    derived: new Set(renditionSet ? [renditionKey(renditionSet, 'small')] : []),
  };
};

const findAfter = (
  change: (stored: StoredRecords) => Partial<StoredRecords>,
  image = aDoneImage(),
): string[] => {
  const stored = storedFor(image);
  return findDifferences({ ...stored, ...change(stored) }, sizes);
};

describe('an audit', () => {
  it('finds nothing where everything follows from the records', () => {
    expect(findAfter(() => ({}))).toEqual([]);
  });

  it.each(counterNames)('finds a counter of %s that is not the sum of the records', (name) => {
    const found = findAfter(({ counters: [counter] }) => ({
      counters: counter
        ? [{ ...counter, counts: { ...counter.counts, [name]: (counter.counts[name] ?? 0) + 1 } }]
        : [],
    }));

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(name);
  });

  it('finds a counter that is missing', () => {
    expect(findAfter(() => ({ counters: [] })).join()).toMatch(
      /counter total of images is 0; .* up to 1/,
    );
  });

  it('finds a rendition set whose references are miscounted', () => {
    const found = findAfter(({ renditionSets }) => ({
      renditionSets: renditionSets.map((renditionSet) => ({ ...renditionSet, refs: 2 })),
    }));

    expect(found).toEqual([expect.stringMatching(/counts 2 images; 1 refer to it/)]);
  });

  it('finds an image whose rendition set does not exist', () => {
    const found = findAfter(() => ({ renditionSets: [], derived: new Set<string>() }));

    expect(found).toEqual([expect.stringMatching(/^\w{26}: the rendition set .* does not exist/)]);
  });

  it('finds renditions that are missing, and those that belong to no image', () => {
    expect(findAfter(() => ({ derived: new Set<string>() })).join()).toMatch(/is missing/);
    const stray = `${renditionSetId}/${'x'.repeat(26)}.1/small.jpg`;
    const found = findAfter(({ derived }) => ({ derived: new Set([...derived, stray]) }));
    expect(found).toEqual([`The rendition ${stray} belongs to no image.`]);
  });

  it('ignores renditions in progress', () => {
    const image = anImage({ sha256 });
    const candidate = renditionKey({ renditionSetId, owner: ownerOf(image) }, 'small');

    const derived = new Set([candidate]);
    expect(findAfter(() => ({ derived }), image)).toEqual([]);
  });

  it('finds originals that are missing, replaced or without a record', () => {
    const of = (originals: [string, string][]) =>
      findAfter(() => ({ originals: new Map(originals) })).join();
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

  it('finds what is left of a deleted image', () => {
    const { renditionSet: _, ...rest } = aDoneImage();
    const image: Image = { ...rest, deleted: 'gone' };

    expect(findAfter(() => ({}), image)).toEqual([
      'The original holiday/beach.jpg is there, and its image was deleted.',
    ]);
    const rawTags = [{ imageId: image.imageId, rev: 1 }];
    expect(findAfter(() => ({ originals: new Map(), rawTags }), image)).toEqual([
      `The raw tags of ${image.imageId} are stored, and it was deleted.`,
    ]);
  });

  it('finds variants of images that are gone, and of pictures that were replaced', () => {
    const image = aDoneImage();
    const { imageId } = image;
    const small: PresetDefinition = { fit: 'inside', longestSide: 100 };
    const of = (version: string, one: Image = image) =>
      findAfter(
        ({ derived }) => ({
          derived: new Set([...derived, variantKey(imageId, 'tiny', version, 'avif')]),
        }),
        one,
      );
    const current = computeVersion(image, small);

    expect(of(current)).toEqual([]);
    expect(of(computeVersion({ etag: 'before' }, small)).join()).toMatch(/of an earlier picture/);
    expect(of(current, { ...image, imageId: 'another' }).join()).toMatch(/is of no image/);
    expect(of(current, { ...image, deleted: 'gone' }).join()).toMatch(/is of no image/);
    expect(of(current, { ...image, deleted: 'removed' }).join()).not.toMatch(/The variant/);
  });

  it('finds raw tags of an earlier revision, once the EXIF step has ended', () => {
    const image = { ...aDoneImage(), rev: 2 };
    const rawTags = [{ imageId: image.imageId, rev: 1 }];

    expect(findAfter(() => ({ rawTags }), image).join()).toMatch(/are of revision 1; it has 2/);
    const pending = { state: 'pending', run: 1, since: image.listedAt } as const;
    const atWork = { ...image, steps: { ...image.steps, exif: pending } };
    expect(findAfter(() => ({ rawTags }), atWork)).toEqual([]);
  });

  it('finds an image with EXIF whose raw tags are missing', () => {
    const image = { ...aDoneImage(), exif: anExif };
    const rawTags = [{ imageId: image.imageId, rev: 1 }];

    expect(findAfter(() => ({ rawTags }), image)).toEqual([]);
    expect(findAfter(() => ({}), image)).toEqual([`${image.imageId}: its raw tags are missing.`]);
  });

  it('finds orphaned renditions that no worker will remove', () => {
    const image = { ...aDoneImage(), orphanedRenditions: [{ renditionSetId, owner: 'another.1' }] };

    expect(findAfter(() => ({}), image).join()).toMatch(/have not been removed/);
  });

  it('finds an image that is listed in a wrong place, or not at all', () => {
    const wrong = findAfter(({ images }) => ({
      images: images.map((one) => ({
        ...one,
        indexAttributes: { ...one.indexAttributes, status_shard: 'unfinished#3' },
      })),
    }));

    expect(wrong.join()).toMatch(/status_shard is unfinished#3; it should be undefined/);
  });

  it('finds a batch that differs from its rows or its files', () => {
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
    const counter = { scope: requestId, shard: pickShard('row#000001'), counts };
    const files = [resultsKey(requestId), failedRowsKey(requestId)];
    const of = (change: Partial<StoredRecords>, batchCounter = counter) =>
      findAfter(({ counters, derived }) => ({
        derived: new Set([...derived, ...files]),
        batches: [batch],
        rows,
        counters: [...counters, batchCounter],
        ...change,
      }));

    expect(of({})).toEqual([]);
    expect(of({}, { ...counter, counts: { ...counts, images: 2 } }).join()).toMatch(
      /counter images of .* is 2/,
    );
    const wrong = { ...batch, work: { ...batch.work, counts: { ...counts, failed: 1 } } };
    expect(of({ batches: [wrong as typeof batch] }).join()).toMatch(/ended with 1 failed/);
    expect(of({ batches: [] })).toEqual([
      `row#000001 of ${requestId} belongs to no batch.`,
      ...files.map((key) => `The file ${key} belongs to no batch.`),
    ]);
    const [rendition = ''] = storedFor(aDoneImage()).derived;
    expect(of({ derived: new Set([rendition]) })).toEqual(
      files.map((key) => `The batch ${requestId} has ended, and its ${key} is missing.`),
    );
  });
});
