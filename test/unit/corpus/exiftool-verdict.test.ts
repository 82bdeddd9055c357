import { expect, test } from 'vitest';
import type { Exif } from '#lib/images/exif.ts';
import { type ComparedField, compareWithTags } from '#test/corpus/exiftool-verdict.ts';

const ours: Exif = {
  cameraMake: 'Käfer',
  cameraModel: '35',
  lensModel: '24mm f/2.8',
  datetimeOriginal: '2021-06-15T15:20:30+02:00',
  iso: 640,
  focalLength: null,
  exposureTime: 0.01,
  fNumber: null,
  gps: { lat: 47.375, lon: 8.5, alt: null },
  sources: { lensModel: 'maker_note' },
};

test.each([
  ['make', { 'IFD0:Make': 'Käfer' }, 'equal'],
  ['make', { 'IFD0:Make': 'K?fer' }, 'equal'],
  ['make', { 'IFD0:Make': 'Other' }, 'contradicted'],
  ['make', { 'XMP-tiff:Make': 'Käfer' }, 'equal'],
  ['make', {}, 'extra'],
  ['model', { 'IFD0:Model': 35 }, 'equal'],
  ['lens', {}, 'both silent'],
  ['date', { 'ExifIFD:DateTimeOriginal': '2021:06:15 15:20:30' }, 'equal'],
  ['date', { 'ExifIFD:DateTimeOriginal': '2021:06:15 03:20:30 PM' }, 'equal'],
  ['date', { 'IPTC:DateCreated': '2021:06:15' }, 'equal'],
  ['date', { 'ExifIFD:DateTimeOriginal': '2021:06:15 15:20:31' }, 'contradicted'],
  ['offset', { 'ExifIFD:OffsetTimeOriginal': '+02:00' }, 'equal'],
  ['offset', { 'ExifIFD:OffsetTimeOriginal': '+03:00' }, 'contradicted'],
  ['iso', { 'ExifIFD:ISO': 641 }, 'equal'],
  ['iso', { 'ExifIFD:ISO': 650 }, 'contradicted'],
  ['focal length', { 'ExifIFD:FocalLength': 0 }, 'both silent'],
  ['focal length', { 'ExifIFD:FocalLength': 35 }, 'missed'],
  ['f-number', { 'ExifIFD:ApertureValue': 1 }, 'both silent'],
  ['latitude', { 'Composite:GPSLatitude': 47.375, 'Composite:GPSLongitude': 8.5 }, 'equal'],
  ['latitude', { 'Composite:GPSLatitude': 47.376, 'Composite:GPSLongitude': 8.5 }, 'contradicted'],
  ['altitude', { 'Composite:GPSLatitude': 47.375, 'Composite:GPSAltitude': 12 }, 'missed'],
] as [ComparedField, Record<string, unknown>, string][])(
  'compare-exiftool: the %s is, against %j, %s',
  (field, tags, verdict) => {
    const row = compareWithTags(ours, tags).find((one) => one.field === field);

    expect(row?.verdict).toBe(verdict);
  },
);

test('compare-exiftool: a picture without metadata misses what ExifTool has', () => {
  const rows = compareWithTags(undefined, { 'IFD0:Make': 'Any' });

  expect(rows.filter(({ verdict }) => verdict !== 'both silent')).toEqual([
    { field: 'make', verdict: 'missed', ours: undefined, theirs: 'Any' },
  ]);
});
