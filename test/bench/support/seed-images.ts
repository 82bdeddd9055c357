import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { exifKey, toItem } from '#lib/aws/dynamo-image-items.ts';
import { start, withStepEnded } from '#lib/images/advance-steps.ts';
import type { Exif, RawExif } from '#lib/images/exif.ts';
import { type Image, imageIdOf, ownerOf } from '#lib/images/image.ts';
import { ingest } from '#lib/images/ingest.ts';
import { renditionSetIdFor } from '#lib/images/rendition-set.ts';
import { Settings } from '#lib/settings.ts';
import { inMemoryImages } from '#test/support/in-memory-images.ts';

const newest = Date.parse('2026-05-28T12:00:00Z');
const apartMs = 30_000; // a million of them span a year
const sizes = Settings.shape.THUMBNAIL_SIZES.parse(undefined);
const captioning = resolveCaptionProvider({ provider: 'none' });
const hexDigest = (text: string, algorithm = 'sha256') =>
  createHash(algorithm).update(text).digest('hex');

const seededKey = (nth: number): string => {
  const hex = hexDigest(`upload ${nth}`);
  const uploadId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `uploads/${uploadId.join('-')}-${hex.slice(20, 32)}-0/IMG_${nth}.jpg`;
};

/** The id of the nth picture; the first is the newest. */
export const seededImageId = (nth: number): string => imageIdOf(seededKey(nth));

/** What is stored of one picture that was uploaded and is done. */
export type SeededImage = {
  /** The record after each of its writes; the last is the stored one. */
  lives: Image[];
  item: ReturnType<typeof toItem>;
  rawItem: Record<string, unknown>;
};

/**
 * The nth picture as the functions would have left it: its record goes through the steps that they
 * take, with the times and outcomes that they see.
 */
export const seededImage = async (nth: number): Promise<SeededImage> => {
  const receivedAt = new Date(newest - nth * apartMs);
  const after = (milliseconds: number) => new Date(receivedAt.getTime() + milliseconds);
  const key = seededKey(nth);
  const sha256 = hexDigest(key);
  const change = await ingest(
    undefined,
    {
      key,
      etag: hexDigest(key, 'md5'),
      originalName: `IMG_${nth}.jpg`,
      source: 'upload',
      requestId: key.slice('uploads/'.length, 'uploads/'.length + 36),
      receivedAt,
      sizeBytes: 3_000_000 + (nth % 400_000),
      sha256,
      metadata: { width: 4000, height: 3000, format: 'jpeg' },
    },
    { renditionSets: inMemoryImages().renditionSets, captioning, sizes },
  );
  if (!change) throw new Error('A new image was not ingested.');
  const newImage = change.image;
  const begun = start(newImage, after(40));
  const renditionSet = {
    renditionSetId: renditionSetIdFor(sha256, sizes),
    owner: ownerOf(newImage),
    renditions: sizes.map(({ name, longestSide }) => ({
      name,
      width: longestSide,
      height: Math.round(longestSide * 0.75),
      sizeBytes: longestSide * 110 + (nth % 900),
    })),
    placeholder: Buffer.from(hexDigest(`look ${nth}`).slice(0, 46), 'hex').toString('base64'),
    dominantColor: `#${sha256.slice(0, 6)}`,
  };
  const attemptStats = {
    attempts: 1,
    durationMs: 90 + (nth % 40),
    endedAt: after(150 + (nth % 40)),
  };
  const shrunk: Image = {
    ...withStepEnded(begun, 'thumbnails', { state: 'done' }, attemptStats),
    renditionSet,
  };
  const read = { attempts: 1, durationMs: 9, endedAt: after(200 + (nth % 40)) };
  const done: Image = { ...withStepEnded(shrunk, 'exif', { state: 'done' }, read), exif };
  const lives = [newImage, begun, shrunk, done];
  return {
    lives,
    item: toItem(done, lives.length),
    rawItem: {
      ...exifKey(done.imageId),
      rev: done.rev,
      raw: deflateRawSync(JSON.stringify(rawExif)),
    },
  };
};

const exif: Exif = {
  cameraMake: 'Darkroom',
  cameraModel: 'Bench',
  lensModel: 'Bench back camera 5.7mm f/1.7',
  datetimeOriginal: '2026-05-04T10:20:30',
  iso: 50,
  focalLength: 5.7,
  exposureTime: 0.004,
  fNumber: 1.7,
  gps: { lat: 52.52, lon: 13.405, alt: 34 },
};

const rawExif: RawExif = {
  Make: 'Darkroom',
  Model: 'Bench',
  Orientation: 1,
  XResolution: 72,
  YResolution: 72,
  ResolutionUnit: 2,
  ExposureTime: 0.004,
  FNumber: 1.7,
  ISO: 50,
  ExifVersion: '2.3.2',
  DateTimeOriginal: '2026:05:04 10:20:30',
  FocalLength: 5.7,
  LensModel: 'Bench back camera 5.7mm f/1.7',
  GPSLatitudeRef: 'N',
  GPSLatitude: [52, 31, 12],
  GPSLongitudeRef: 'E',
  GPSLongitude: [13, 24, 18],
  GPSAltitude: 34,
};
