import { expect, test } from 'vitest';
import { Exif, takenAt } from '#lib/images/exif.ts';

const ofFirstRelease = {
  cameraMake: 'samsung',
  cameraModel: 'SM-G930F',
  lensModel: null,
  datetimeOriginal: '2017-02-09T19:51:38',
  iso: 200,
  focalLength: 4.2,
  exposureTime: 0.0333,
  fNumber: 1.7,
  gps: null,
};

test('EXIF as the first release stored it is still read', () => {
  expect(Exif.parse(ofFirstRelease)).toEqual(ofFirstRelease);
});

test('EXIF with a source for a field of a later release is still read', () => {
  const later = { ...ofFirstRelease, title: 'Harbour', sources: { title: 'xmp', rating: 'xmp' } };

  expect(Exif.parse(later)).toEqual(later);
});

test('a picture was taken when its metadata says so, and at no known time without any', () => {
  expect(takenAt(ofFirstRelease)).toBe('2017-02-09T19:51:38');
  expect(takenAt({ ...ofFirstRelease, datetimeOriginal: null })).toBeNull();
  expect(takenAt(undefined)).toBeNull();
});
