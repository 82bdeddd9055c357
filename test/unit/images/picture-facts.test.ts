import { describe, expect, it } from 'vitest';
import { reject, withStepEnded } from '#lib/images/advance-steps.ts';
import { countDetail, detailDeltas, readDetail } from '#lib/images/detail-counters.ts';
import type { Image } from '#lib/images/image.ts';
import { refusal } from '#lib/images/picture.ts';
import { pictureFacts } from '#lib/images/picture-facts.ts';
import { type StepName, stepNames } from '#lib/images/step.ts';
import { anImage } from '#test/support/image-builder.ts';

const arrivedAt = Date.parse('2026-11-21T09:30:00.000Z');
const stats = (ms: number) => ({
  ...{ attempts: 1, durationMs: 200 },
  endedAt: new Date(arrivedAt + ms),
});
const metadata = { width: 4000, height: 3000, format: 'jpeg' } as const;
const uploaded = anImage({ metadata, source: 'upload' });
/** The image with all steps done but these. */
const doneBut = (open: StepName[], ms = 900) =>
  stepNames
    .filter((name) => !open.includes(name))
    .reduce<Image>(
      (image, name) => withStepEnded(image, name, { state: 'done' }, stats(ms)),
      uploaded,
    );
const done = (ms?: number) => doneBut([], ms);
const failed = reject(
  uploaded,
  refusal('empty_file', 'The file is empty.'),
  new Date(arrivedAt + 50),
);

describe('what a change says of a picture', () => {
  it('is nothing until its last step ends', () => {
    expect(pictureFacts(undefined, uploaded)).toBeUndefined();
    expect(pictureFacts(uploaded, doneBut(['caption']))).toBeUndefined();
  });

  it('is its times, format and bytes when its last step ends, and nothing again', () => {
    const [first, second] = [doneBut(['caption']), done()];
    expect(pictureFacts(first, second)).toMatchObject({
      ...{ status: 'done', format: 'jpeg', source: 'upload', sizeBytes: uploaded.sizeBytes },
      ...{ arrivalToThumbnailMs: 900, thumbnailMs: 200 },
    });
    expect(pictureFacts(second, { ...second, personCaption: 'A beach.' })).toBeUndefined();
  });

  it('is its reason where it failed, also where its record begins as failed', () => {
    expect(pictureFacts(undefined, failed)).toMatchObject({
      status: 'failed',
      failure: { code: 'empty_file', error: 'The file is empty.' },
    });
  });

  it('is reported again for another picture under the same key', () => {
    expect(pictureFacts(done(), { ...done(), rev: 2 })).toMatchObject({ status: 'done' });
  });

  it('leaves out the time to thumbnails that a retry made', () => {
    const again = done();
    const thumbnails = { ...again.steps.thumbnails, run: 2 };
    const facts = pictureFacts(uploaded, { ...again, steps: { ...again.steps, thumbnails } });
    expect(facts).toMatchObject({ status: 'done' });
    expect(facts).not.toHaveProperty('arrivalToThumbnailMs');
  });

  it.each([undefined, done()])('is nothing where the picture is deleted', (before) => {
    expect(pictureFacts(before, { ...done(), deleted: 'deleting' })).toBeUndefined();
    expect(pictureFacts(before, undefined)).toBeUndefined();
  });
});

describe('the counters behind the details', () => {
  const totals = (...images: Image[]) => {
    const all: Record<string, number> = {};
    for (const image of images)
      for (const [name, n] of Object.entries(countDetail(image))) all[name] = (all[name] ?? 0) + n;
    return all;
  };

  it('yield percentiles that are at most a quarter off for evenly spread times, by format and by source', () => {
    const times = Array.from({ length: 1000 }, (_, n) => 100 + n * 5);
    const { byFormat, bySource } = readDetail(totals(...times.map((ms) => done(ms))));
    expect(byFormat).toEqual({ jpeg: bySource['upload'] });
    const { count, p50Ms, p95Ms } = byFormat['jpeg'] ?? { count: 0, p50Ms: 0, p95Ms: 0 };
    expect(count).toBe(1000);
    expect(Math.abs(p50Ms / 2600 - 1)).toBeLessThan(0.25);
    expect(Math.abs(p95Ms / 4850 - 1)).toBeLessThan(0.25);
  });

  it('count failures by code', () => {
    expect(readDetail(totals(failed, failed)).failedByReason).toEqual({ empty_file: 2 });
  });

  it('take back what they added when an image is deleted, retried or replaced', () => {
    for (const [before, after] of [
      [done(), { ...done(), deleted: 'deleting' }],
      [failed, uploaded],
      [done(900), done(90_000)],
    ] satisfies [Image, Image][]) {
      const sum = totals(before);
      for (const [name, n] of Object.entries(detailDeltas(before, after)))
        sum[name] = (sum[name] ?? 0) + n;
      expect(Object.fromEntries(Object.entries(sum).filter(([, n]) => n))).toEqual(
        countDetail(after),
      );
    }
  });

  it('do not change where nothing that they count does', () => {
    expect(detailDeltas(done(), { ...done(), personCaption: 'A beach.' })).toEqual({});
  });
});
