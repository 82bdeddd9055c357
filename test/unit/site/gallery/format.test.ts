import { describe, expect, it } from 'vitest';
import { type Edit, newlyCompleted, parseImageId } from '#functions/site/gallery/edits/edit.ts';
import { formatCameraTime } from '#functions/site/gallery/parts/dates.ts';
import {
  formatBytes,
  formatCameraName,
  formatCoordinates,
  formatDuration,
  formatExposure,
  median,
  quantile,
} from '#functions/site/gallery/parts/format.ts';
import { detectType, isSystemFile } from '#functions/site/gallery/uploads/file-types.ts';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3_200_000, '3.2 MB'],
    [123_456_789, '123 MB'],
    [5e15, '5000 TB'],
  ])('formats %i bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0.4, '0 ms'],
    [83, '83 ms'],
    [1440, '1.4 s'],
    [59_400, '59 s'],
    [125_000, '2 min 5 s'],
    [12_000_000, '3 h 20 min'],
  ])('formats %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    [0.008, '1/125 s'],
    [0.1, '1/10 s'],
    [2.5, '2.5 s'],
  ])('formats an exposure of %d as a camera does: %s', (seconds, text) =>
    expect(formatExposure(seconds)).toBe(text),
  );

  it('formats where and when a picture was taken as the camera wrote it', () => {
    expect(formatCoordinates({ lat: -33.8583, lon: -70.51 })).toBe('33.8583° S, 70.5100° W');
    // Whatever the zone of the reader, and in whatever locale.
    expect(formatCameraTime('2017-02-09T19:51:38+01:00')).toMatch(/51.38.*\(UTC\+01:00\)$/);
    expect(formatCameraTime('2017-02-09T23:51:38')).toBe(
      formatCameraTime('2017-02-09T23:51:38.25'),
    );
    expect(formatCameraTime('2017-02-09T23:51:38', 'day')).toContain('9');
    expect(formatCameraTime('not a time')).toBe('not a time');
    expect(formatCameraName('NIKON CORPORATION', 'NIKON D90')).toBe('NIKON D90');
    expect(formatCameraName('Apple', 'iPhone 13')).toBe('Apple iPhone 13');
    expect(formatCameraName(null, null)).toBeNull();
  });

  it('computes the median and the 95th percentile', () => {
    expect(median([])).toBeUndefined();
    expect(median([9, 1, 5])).toBe(5);
    expect(
      quantile(
        Array.from({ length: 100 }, (_, index) => index),
        0.95,
      ),
    ).toBe(95);
  });
});

describe('uploaded files', () => {
  it('have the media type of the browser, else one by their extension', () => {
    expect(detectType({ name: 'a.JPG', type: '' })).toBe('image/jpeg');
    expect(detectType({ name: 'a.jpg', type: 'image/png' })).toBe('image/png');
    expect(detectType({ name: 'notes', type: '' })).toBe('application/octet-stream');
  });

  it('are skipped where the operating system created them', () => {
    expect(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'a.jpg'].filter(isSystemFile)).toHaveLength(3);
  });
});

describe('imageIdIn', () => {
  const id = 'mfrggzdfmztwq2lknnwg23tpob';
  it('finds the image id in an id or a link of this API, and none in other URLs', () => {
    expect(parseImageId(id)).toBe(id);
    expect(parseImageId(`https://api.example/dev/api/images/${id}/original`)).toBe(id);
    expect(parseImageId('https://img.example/a.jpg')).toBeUndefined();
    expect(parseImageId(null)).toBeUndefined();
  });
});

describe('newlyDone', () => {
  const anEdit = (id: string, status: Edit['status'], imageId: string | null = null): Edit => ({
    edit_id: id,
    status,
    prompt: 'Make it rain',
    source_url: 'mfrggzdfmztwq2lknnwg23tpob',
    target_url: null,
    result_url: null,
    image_id: imageId,
    error: null,
    error_code: null,
    created_at: '2026-11-20T10:00:00.000Z',
    ended_at: null,
  });

  it('is what was running before and has a result now', () => {
    const before = [
      anEdit('a', 'PROCESSING'),
      anEdit('b', 'PENDING'),
      anEdit('c', 'COMPLETED', 'x'),
    ];
    const now = [
      anEdit('a', 'COMPLETED', 'y'),
      anEdit('b', 'FAILED'),
      anEdit('c', 'COMPLETED', 'x'),
      anEdit('d', 'COMPLETED', 'z'),
    ];
    expect(newlyCompleted(before, now)).toEqual([now[0]]);
    expect(newlyCompleted([], now)).toEqual([]);
  });
});
