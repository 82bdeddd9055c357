import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { EditRecord } from '#test/support/edit-session-builder.ts';
import type { FaultyDarkroom } from '#test/support/faults-harness.ts';
import type { Dropped } from '#test/support/faults-pictures.ts';
import { countImages, type GivenRow } from './batch-fixtures.ts';
import { toFilename } from './load-clients.ts';

type Given = {
  /** As they were last put into the bucket. */
  shown: readonly Dropped[];
  removed: readonly Dropped[];
  uploads: readonly Dropped[];
  rows: readonly GivenRow[];
  edits: readonly EditRecord[];
  retried: readonly string[];
};

/** Every object, however ingested, is one image with its own bytes, listed once and counted once. */
export const expectEachOnce = async (darkroom: FaultyDarkroom, given: Given): Promise<void> => {
  const { shown, removed, uploads, rows, edits, retried } = given;
  const images = (await darkroom.storedRecords()).images
    .map(({ image }) => image)
    .filter(({ deleted }) => !deleted);
  const of = (source: string) => images.filter((image) => image.source === source);

  expect(Object.fromEntries(of('drop').map(({ key, sha256 }) => [key, sha256]))).toEqual(
    Object.fromEntries(shown.map(({ key, bytes }) => [key, sha256Hex(bytes)])),
  );
  expect(
    of('upload')
      .map(({ originalName, sha256 }) => `${originalName} ${sha256}`)
      .sort(),
  ).toEqual(uploads.map(({ key, bytes }) => `${toFilename(key)} ${sha256Hex(bytes)}`).sort());
  const broken = countImages(rows, 'broken');
  expect(of('batch')).toHaveLength(countImages(rows, 'completed') + broken);
  const made = edits.filter(({ status }) => status === 'COMPLETED');
  for (const { status, error } of edits)
    if (status === 'FAILED') expect(error).toContain('may have been paid for'); // killed twice after payment
  expect(
    of('edit')
      .map(({ imageId }) => imageId)
      .sort(),
  ).toEqual(made.map(({ image_id }) => image_id).sort());

  const total = images.length;
  const described = images.filter(({ steps }) => steps.caption.state === 'done');
  expect(described.map(({ imageId }) => imageId)).toEqual(expect.arrayContaining([...retried]));
  expect(described).toHaveLength(total - broken);
  for (const { imageId } of removed)
    expect((await darkroom.call(`/api/images/${imageId}`)).status).toBe(404);
  expect(await darkroom.stats()).toMatchObject({
    total,
    done: total - broken,
    failed: broken,
    queued: 0,
    processing: 0,
    captions: { done: total - broken, skipped: broken, failed: 0, pending: 0 },
  });
  expect(await darkroom.deadLetters()).toEqual({});
};

const sha256Hex = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
