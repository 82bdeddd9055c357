import { describe, expect, it } from 'vitest';
import {
  countRow,
  parseRowKey,
  type RowImage,
  rowImageKey,
  rowOutcome,
  rowStatus,
  withImage,
} from '#lib/batches/row.ts';
import { pictureName } from '#lib/images/object-key.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { aRow } from '#test/support/batch-builder.ts';
import { anImage } from '#test/support/image-builder.ts';

const inputUrl = 'https://shop.example/a.jpg';
const pending: RowImage = { state: 'pending', inputUrl };
const fetched: RowImage = { state: 'fetched', inputUrl };
const completed: RowImage = { state: 'completed', inputUrl };
const failed: RowImage = { state: 'failed', inputUrl, reason: 'No.', fetched: false };
const makeRow = (...images: RowImage[]) => aRow(1, { images });

describe('a row', () => {
  it.each([
    ['pending', [pending, pending], [0, 0, 0]],
    ['processing', [fetched, pending], [0, 0, 0]],
    ['processing', [completed, pending], [0, 1, 0]],
    ['processing', [failed, fetched], [0, 1, 1]],
    ['completed', [completed, completed], [1, 2, 0]],
    ['completed_with_errors', [completed, failed], [1, 2, 1]],
    ['failed', [failed, failed], [1, 2, 2]],
  ] as const)('is %s with %j', (status, images, [products, ended, faulty]) => {
    expect(rowStatus(makeRow(...images))).toBe(status);
    expect(countRow(makeRow(...images))).toEqual({ products, images: ended, failed: faulty });
  });

  it('does not change the outcome of a URL that has one', () => {
    for (const over of [completed, failed])
      for (const after of [pending, fetched, completed, failed])
        expect(withImage(makeRow(over), 0, after)).toBeUndefined();
    expect(withImage(makeRow(pending), 0, pending)).toBeUndefined();
    expect(withImage(makeRow(pending), 1, fetched)).toBeUndefined();
    expect(withImage(makeRow(pending, fetched), 1, completed)).toEqual(makeRow(pending, completed));
  });
});

describe('the key of a row’s picture', () => {
  const place = { requestId: '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e', number: 12, index: 3 };

  it.each([
    'https://shop.example/photos/My%20Boat.JPG?w=200',
    'https://shop.example/',
    'https://shop.example',
    'https://shop.example/%E0%A4%A',
    'https://shop.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    'https://shop.example/größe/тест.png',
    `https://shop.example/${'x'.repeat(2000)}.jpg`,
  ])('leads back to its place: %s', (url) => {
    const key = rowImageKey(place, url);

    expect(parseRowKey(key)).toEqual(place);
    expect(key).toMatch(/^[A-Za-z0-9/_.-]+$/);
    expect(key).not.toContain('..');
    expect(key.length).toBeLessThan(1024);
  });

  it('has the name in the URL', () => {
    expect(pictureName('https://shop.example/photos/My%20Boat.JPG?w=200#x')).toBe('My Boat.JPG');
    expect(pictureName('https://shop.example/')).toBe('picture');
    expect(pictureName('https://shop.example/a%')).toBe('a%');
  });
});

describe('how an image ended', () => {
  const ended = { run: 1, attempts: 1, durationMs: 1, endedAt: '2026-11-20T10:00:00.000Z' };
  const done = { state: 'done', ...ended } as const;
  const allDone = mapSteps(() => done);
  const broken = { state: 'failed', ...ended, reason: 'It broke.', gaveUp: false } as const;

  it('is undefined before it has', () => {
    expect(rowOutcome(anImage(), inputUrl)).toBeUndefined();
    expect(rowOutcome(anImage({ steps: { thumbnails: done } }), inputUrl)).toBeUndefined();
  });

  it('is completed although its caption failed, since the picture is there', () => {
    const image = anImage({ steps: { ...allDone, caption: broken } });
    expect(rowOutcome(image, inputUrl)).toEqual({ ...completed, etag: image.etag });
  });

  it.each([
    ['thumbnails', { steps: { ...allDone, thumbnails: broken } }, 'unreadable_file', 'It broke.'],
    ['exif', { steps: { ...allDone, exif: broken } }, 'unreadable_file', 'It broke.'],
    [
      'type',
      { rejected: { kind: 'type', reason: 'It is text.' } },
      'unsupported_format',
      'It is text.',
    ],
    ['life', { deleted: 'deleting' }, 'image_deleted', 'The image was deleted.'],
    ['memory', { deleted: 'gone' }, 'image_deleted', 'The image was deleted.'],
  ] as const)('is failed for its %s, with the reason', (_, given, code, reason) => {
    expect(rowOutcome(anImage(given), inputUrl)).toEqual({
      state: 'failed',
      inputUrl,
      code,
      reason,
      fetched: true,
    });
  });
});
