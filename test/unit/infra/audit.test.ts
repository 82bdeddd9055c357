import { describe, expect, it } from 'vitest';
import { differencesIn } from '#infra/cli/audit/differences.ts';
import type { Kept } from '#infra/cli/audit/stored-records.ts';
import { itemOf } from '#lib/aws/dynamo-image-items.ts';
import { shardOf } from '#lib/aws/dynamo-counters.ts';
import { contentIdOf, renditionKey } from '#lib/images/rendition-set.ts';
import { countNames, countsOf } from '#lib/images/counters.ts';
import { type Image, makerOf } from '#lib/images/image.ts';
import { aBatch } from '#test/support/batch-builder.ts';
import { anExif, anImage } from '#test/support/image-builder.ts';

const sizes = [{ name: 'small', longestSide: 200 }];
const sha256 = 'a'.repeat(64);
const contentId = contentIdOf(sha256, sizes);
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
  return { ...image, content: { contentId, maker: makerOf(image), renditions, ...looks } };
};

/** What is kept when all is as it should be: this image, and all that follows from it. */
const keptOf = (image: Image): Kept => {
  const { shelf, status_shelf, listed_at }: Record<string, unknown> = itemOf(image, 1);
  const content = image.content && {
    ...image.content,
    refs: 1,
    createdAt: '2026-11-21T09:30:00.000Z',
  };
  return {
    images: [{ image, version: 1, copies: { shelf, status_shelf, listed_at } }],
    rawTags: [],
    contents: content ? [content] : [],
    tallies: [{ of: 'stats', shard: shardOf(image.imageId), counts: { ...countsOf(image) } }],
    shelves: [{ kind: 'images', months: new Set(['2026-11']) }],
    batches: [],
    rows: [],
    originals: new Map([[image.key ?? '', image.etag]]),
    derived: new Set(content ? [renditionKey(content, 'small')] : []),
  };
};

const differencesOf = (change: (kept: Kept) => Partial<Kept>, image = aDoneImage()): string[] => {
  const kept = keptOf(image);
  return differencesIn({ ...kept, ...change(kept) }, sizes);
};

describe('an audit', () => {
  it('finds nothing where everything follows from the records', () => {
    expect(differencesOf(() => ({}))).toEqual([]);
  });

  it.each(countNames)('finds a tally of %s that is not the sum', (name) => {
    const found = differencesOf(({ tallies: [tally] }) => ({
      tallies: tally
        ? [{ ...tally, counts: { ...tally.counts, [name]: (tally.counts[name] ?? 0) + 1 } }]
        : [],
    }));

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(name);
  });

  it('finds a tally that is not there at all', () => {
    expect(differencesOf(() => ({ tallies: [] })).join()).toMatch(/counts 0 total; .* up to 1/);
  });

  it('finds a content that counts others than show it', () => {
    const found = differencesOf(({ contents }) => ({
      contents: contents.map((content) => ({ ...content, refs: 2 })),
    }));

    expect(found).toEqual([expect.stringMatching(/counts 2 images; 1 show it/)]);
  });

  it('finds a content that an image shows and nobody knows', () => {
    const found = differencesOf(() => ({ contents: [], derived: new Set<string>() }));

    expect(found).toEqual([expect.stringMatching(/^\w{26}: there is no content/)]);
  });

  it('finds thumbnails that are missing, and those that nobody shows', () => {
    expect(differencesOf(() => ({ derived: new Set<string>() })).join()).toMatch(/is missing/);
    const stray = `${contentId}/${'x'.repeat(26)}.1/small.jpg`;
    const found = differencesOf(({ derived }) => ({ derived: new Set([...derived, stray]) }));
    expect(found).toEqual([`Nobody shows ${stray}.`]);
  });

  it('takes no offence at what a worker is just making, nor at files of batches', () => {
    const image = anImage({ sha256 });
    const making = renditionKey({ contentId, maker: makerOf(image) }, 'small');

    const derived = new Set([making, 'batches/a-batch/input.csv']);
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
    const { content: _, ...rest } = aDoneImage();
    const image: Image = { ...rest, deleted: 'gone' };

    expect(differencesOf(() => ({}), image)).toEqual([
      'The original holiday/beach.jpg is there, and its image was deleted.',
    ]);
    const rawTags = [{ imageId: image.imageId, rev: 1 }];
    expect(differencesOf(() => ({ originals: new Map(), rawTags }), image)).toEqual([
      `The raw tags of ${image.imageId} are kept, and it was deleted.`,
    ]);
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
    const image = { ...aDoneImage(), leftovers: [{ contentId, maker: 'another.1' }] };

    expect(differencesOf(() => ({}), image).join()).toMatch(/has not been removed/);
  });

  it('finds an image that lists show in a wrong place, or not at all', () => {
    const wrong = differencesOf(({ images }) => ({
      images: images.map((one) => ({
        ...one,
        copies: { ...one.copies, status_shelf: 'queued#2026-11' },
      })),
    }));

    expect(wrong.join()).toMatch(/status_shelf is queued#2026-11; it should be done#2026-11/);
    expect(differencesOf(() => ({ shelves: [] })).join()).toMatch(/no list looks into its month/);
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
    const tally = { of: requestId, shard: shardOf('row#000001'), counts };
    const of = (change: Partial<Kept>, tallied = tally) =>
      differencesOf(({ tallies }) => ({
        batches: [batch],
        rows,
        tallies: [...tallies, tallied],
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
