import { z } from 'zod';

/** The EXIF data of a picture; each is null where the file has none. */
export const Exif = z.object({
  cameraMake: z.string().nullable(),
  cameraModel: z.string().nullable(),
  lensModel: z.string().nullable(),
  /** Local time as the camera wrote it, with its offset only where the file has one. */
  datetimeOriginal: z.string().nullable(),
  iso: z.number().nullable(),
  /** millimetres */
  focalLength: z.number().nullable(),
  /** seconds */
  exposureTime: z.number().nullable(),
  fNumber: z.number().nullable(),
  /** Signed degrees (north and east positive), metres above sea level. */
  gps: z.object({ lat: z.number(), lon: z.number(), alt: z.number().nullable() }).nullable(),
});
export type Exif = z.infer<typeof Exif>;

/** Every tag by name, JSON-safe, at most 32 kB as JSON; binary values and maker notes left out. */
export const RawExif = z.record(z.string(), z.unknown());
export type RawExif = z.infer<typeof RawExif>;

/** Reads `length` bytes of a file from `offset`; fewer at its end, none beyond it. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Reads EXIF data, and as little of the file as possible: 128 KB are enough for nearly every JPEG.
 * `null` for a file without EXIF; of broken EXIF as much as can be read, or null. Only `readRange` may
 * throw.
 */
export type ReadTags = (
  readRange: ReadRange,
  sizeBytes: number,
) => Promise<{ exif: Exif; raw: RawExif } | null>;
