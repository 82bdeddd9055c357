import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Stats } from '#test/e2e/client.ts';
import type { FaultyDarkroom } from '#test/support/faults-harness.ts';
import type { Dropped } from '#test/support/faults-pictures.ts';

/** Each picture is one image that is done, with two thumbnails, and is counted once. */
export const expectOneOfEach = async (
  darkroom: FaultyDarkroom,
  drops: readonly Dropped[],
  before: Stats,
  { thumbnails = drops.length * 2 } = {},
): Promise<void> => {
  const { images, derived } = await darkroom.storedRecords();
  const records = new Map(images.map(({ image }) => [image.imageId, image]));
  const shown = drops.map(({ imageId }) => records.get(imageId));
  const states = shown.map((image) => [
    image?.steps.thumbnails.state,
    image?.steps.exif.state,
    image?.steps.caption.state,
  ]);
  expect(states).toEqual(drops.map(() => ['done', 'done', 'done']));
  expect(shown.map((image) => image?.sha256)).toEqual(drops.map(({ bytes }) => sha256Hex(bytes)));
  expect(shown.filter((image) => image?.caption && image.exif?.gps)).toHaveLength(drops.length);

  const renditionSets = new Set(shown.map((image) => image?.renditionSet?.renditionSetId));
  const files = [...derived].filter((key) =>
    renditionSets.has(key.split('/').slice(0, 2).join('/')),
  );
  expect(files).toHaveLength(thumbnails);
  expect(await darkroom.stats()).toMatchObject({
    total: before.total + drops.length,
    done: before.done + drops.length,
    failed: before.failed,
    queued: 0,
    processing: 0,
    captions: { pending: 0, failed: 0, skipped: 0 },
  });
  expect(await darkroom.deadLetters()).toEqual({});
};

const sha256Hex = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
