import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { counterDeltas, zeroCounters } from '#lib/images/counters.ts';
import { type Image, imageIdOf, statusOf } from '#lib/images/image.ts';
import { sanitizeFilename } from '#lib/images/object-key.ts';
import type { Step } from '#lib/images/step.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { anImage } from '#test/support/image-builder.ts';

const at = '2026-11-21T10:00:00.000Z';
const ended = { run: 1, attempts: 1, durationMs: 5, endedAt: at };
const pending: Step = { state: 'pending', run: 1, since: at };
const done: Step = { state: 'done', ...ended };
const failed: Step = { state: 'failed', ...ended, reason: 'no', gaveUp: false };
const skipped: Step = { state: 'skipped', run: 1, reason: 'no provider' };

const imageIn = (thumbnails: Step, exif: Step, caption: Step, more: Partial<Image> = {}) =>
  anImage({ steps: { ...mapSteps(() => done), thumbnails, exif, caption }, ...more });

describe('the status of an image', () => {
  it.each<[string, Image]>([
    ['queued', imageIn(pending, pending, pending)],
    ['queued', imageIn(pending, pending, skipped)],
    ['processing', imageIn(pending, pending, pending, { beganAt: at })],
    ['processing', imageIn(done, done, pending, { beganAt: at })],
    ['processing', imageIn(failed, pending, skipped, { beganAt: at })],
    ['done', imageIn(done, done, done)],
    ['done', imageIn(done, done, skipped)],
    ['done', imageIn(done, done, failed)],
    ['failed', imageIn(failed, done, skipped)],
    ['failed', imageIn(done, failed, done)],
    ['failed', imageIn(skipped, skipped, skipped, { rejected: { kind: 'type', reason: 'no' } })],
  ])('is %s', (status, image) => {
    expect(statusOf(image)).toBe(status);
  });
});

describe('the counts of an image', () => {
  it('follow its status, and its deletion', () => {
    const queued = imageIn(pending, pending, skipped, { sizeBytes: 100 });
    const last = { ...done, endedAt: '2026-11-21T10:00:01.500Z' };
    const finished = imageIn(done, last, skipped, { sizeBytes: 100, beganAt: at });

    expect(counterDeltas(undefined, queued)).toEqual({
      total: 1,
      queued: 1,
      captionsSkipped: 1,
      bytes: 100,
    });
    expect(counterDeltas(queued, finished)).toEqual({
      queued: -1,
      done: 1,
      timed: 1,
      milliseconds: 1500,
    });
    expect(counterDeltas(finished, finished)).toEqual({});
    const gone = counterDeltas(finished, { ...finished, deleted: 'deleting' });
    const sum = { ...zeroCounters };
    for (const part of [counterDeltas(undefined, queued), counterDeltas(queued, finished), gone])
      for (const [name, n] of Object.entries(part)) sum[name as keyof typeof sum] += n;
    expect(sum).toEqual(zeroCounters);
  });
});

describe('the id of an image', () => {
  it('is the start of the base32 of the SHA-256 of its key', () => {
    const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
    for (const key of ['a', 'uploads/1/photo.jpg', 'Größe/süd west 日本.jpg']) {
      const bits = [...createHash('sha256').update(key).digest()]
        .map((byte) => byte.toString(2).padStart(8, '0'))
        .join('');
      const base32 = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]);
      expect(imageIdOf(key)).toBe(base32.join('').slice(0, 26));
    }
  });
});

describe('a file name in a key', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['my photo (1).JPG', 'my-photo-1-.JPG'],
    ['Größe & Strand.png', 'Große-Strand.png'.replace('ß', '-')],
    ['日本', 'picture'],
    ['../../etc/passwd', 'etc-passwd'],
    ['', 'picture'],
  ])('%s becomes safe', (name, safe) => {
    expect(sanitizeFilename(name)).toMatch(/^[A-Za-z0-9_.-]+$/);
    expect(sanitizeFilename(name)).not.toMatch(/^\.|\.\.$/);
    if (/^[\x20-\x7e]*$/.test(name)) expect(sanitizeFilename(name)).toBe(safe);
  });
});
