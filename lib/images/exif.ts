import { z } from 'zod';

/** What a camera wrote about a picture; each null where it is silent. */
export const Exif = z.object({
  cameraMake: z.string().nullable(),
  cameraModel: z.string().nullable(),
  lensModel: z.string().nullable(),
  /** Local time as the camera wrote it, with its offset appended only when the file has one. */
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
 * Finds what the camera wrote, reading as little of the file as it can: 128 KB are enough for
 * nearly every JPEG. `null` for a file without EXIF; broken EXIF is as much of it as can be read,
 * or null. Only `readRange` may throw.
 */
export type ReadTags = (
  readRange: ReadRange,
  sizeBytes: number,
) => Promise<{ exif: Exif; raw: RawExif } | null>;
