import { describe, expect, it } from 'vitest';
import { type Edit, imageIdIn, newlyDone } from '#functions/site/gallery/edits/edit.ts';
import {
  bytesAsText,
  cameraNameOf,
  cameraTimeAsText,
  coordinatesAsText,
  durationAsText,
  exposureAsText,
  medianOf,
  quantileOf,
} from '#functions/site/gallery/parts/words.ts';
import { isLitter, typeOf } from '#functions/site/gallery/uploads/file-types.ts';

describe('words', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3_200_000, '3.2 MB'],
    [123_456_789, '123 MB'],
    [5e15, '5000 TB'],
  ])('weighs %i bytes as %s', (bytes, text) => expect(bytesAsText(bytes)).toBe(text));

  it.each([
    [0.4, '0 ms'],
    [83, '83 ms'],
    [1440, '1.4 s'],
    [59_400, '59 s'],
    [125_000, '2 min 5 s'],
  ])('says %d ms as %s', (ms, text) => expect(durationAsText(ms)).toBe(text));

  it.each([
    [0.008, '1/125 s'],
    [0.1, '1/10 s'],
    [2.5, '2.5 s'],
  ])('writes an exposure of %d as a camera does: %s', (seconds, text) =>
    expect(exposureAsText(seconds)).toBe(text),
  );

  it('says where and when a picture was taken as the camera wrote it', () => {
    expect(coordinatesAsText({ lat: -33.8583, lon: -70.51 })).toBe('33.8583° S, 70.5100° W');
    expect(cameraTimeAsText('2017-02-09T19:51:38+01:00')).toBe('2017-02-09 19:51:38 (UTC+01:00)');
    expect(cameraTimeAsText('2017-02-09T19:51:38')).toBe('2017-02-09 19:51:38');
    expect(cameraNameOf('NIKON CORPORATION', 'NIKON D90')).toBe('NIKON D90');
    expect(cameraNameOf('Apple', 'iPhone 13')).toBe('Apple iPhone 13');
    expect(cameraNameOf(null, null)).toBeNull();
  });

  it('finds the middle and the slow end', () => {
    expect(medianOf([])).toBeUndefined();
    expect(medianOf([9, 1, 5])).toBe(5);
    expect(
      quantileOf(
        Array.from({ length: 100 }, (_, index) => index),
        0.95,
      ),
    ).toBe(95);
  });
});

describe('files', () => {
  it('have the type that the browser says, else that of their name', () => {
    expect(typeOf({ name: 'a.JPG', type: '' })).toBe('image/jpeg');
    expect(typeOf({ name: 'a.jpg', type: 'image/png' })).toBe('image/png');
    expect(typeOf({ name: 'notes', type: '' })).toBe('application/octet-stream');
  });

  it('are left out where a system has put them into a folder by itself', () => {
    expect(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'a.jpg'].filter(isLitter)).toHaveLength(3);
  });
});

describe('imageIdIn', () => {
  const id = 'mfrggzdfmztwq2lknnwg23tpob';
  it('finds our picture in an id or a link, and none in a stranger’s', () => {
    expect(imageIdIn(id)).toBe(id);
    expect(imageIdIn(`https://api.example/dev/api/images/${id}/original`)).toBe(id);
    expect(imageIdIn('https://img.example/a.jpg')).toBeUndefined();
    expect(imageIdIn(null)).toBeUndefined();
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
    created_at: '2026-11-20T10:00:00.000Z',
    ended_at: null,
  });

  it('is what was at work before and has a result now', () => {
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
    expect(newlyDone(before, now)).toEqual([now[0]]);
    expect(newlyDone([], now)).toEqual([]);
  });
});
