import { z } from 'zod';

const facts = {
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
};

/** The facts of a file that is silent about all of them. */
export const noExif: { [Name in keyof typeof facts]: Exif[Name] | null } = {
  cameraMake: null,
  cameraModel: null,
  lensModel: null,
  datetimeOriginal: null,
  iso: null,
  focalLength: null,
  exposureTime: null,
  fNumber: null,
  gps: null,
};

/** What people wrote about the picture; left out where there is nothing, as in older records. */
const words = {
  title: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  keywords: z.array(z.string()).nullable().optional(),
};

export const ExifField = z.enum([
  'cameraMake',
  'cameraModel',
  'lensModel',
  'datetimeOriginal',
  'iso',
  'focalLength',
  'exposureTime',
  'fNumber',
  'gps',
  'title',
  'description',
  'keywords',
] as const satisfies readonly (keyof typeof facts | keyof typeof words)[]);
export type ExifField = z.infer<typeof ExifField>;

/** Where a field comes from whose EXIF tag is missing or says "unknown". */
export const MetadataSource = z.enum(['xmp', 'iptc', 'maker_note']);
export type MetadataSource = z.infer<typeof MetadataSource>;

/** What a camera and its user wrote about a picture; each null where the file is silent. */
export const Exif = z.object({
  ...facts,
  ...words,
  /** The fields that do not come from EXIF, by their names here; left out where there is none. */
  sources: z.record(z.string(), MetadataSource).optional(),
});
export type Exif = z.infer<typeof Exif>;

/**
 * When the picture was taken: `datetimeOriginal`, for which the creation dates of EXIF, XMP and IPTC
 * stand in. Local time, with an offset where the file has one; null where unknown.
 */
export const takenAt = (exif: Exif | undefined): string | null => exif?.datetimeOriginal ?? null;

/**
 * The same without its offset, by which images are listed: most cameras write none, and people look
 * for the hour on the clock. Undefined where it is unknown, or no time.
 */
export const localTimeTaken = (exif: Exif | undefined): string | undefined =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?/.exec(takenAt(exif) ?? '')?.[0];

/** Every tag by name, JSON-safe, at most 32 kB as JSON; binary values and maker notes left out. */
export const RawExif = z.record(z.string(), z.unknown());
export type RawExif = z.infer<typeof RawExif>;

/** Reads `length` bytes of a file from `offset`; fewer at its end, none beyond it. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Reads EXIF, XMP and IPTC, and as little of the file as possible: 128 KB are enough for nearly every
 * JPEG. `null` for a file without EXIF and without XMP or IPTC that say anything of the above; of
 * broken metadata as much as can be read, or null. Only `readRange` may throw.
 */
export type ReadTags = (
  readRange: ReadRange,
  sizeBytes: number,
) => Promise<{ exif: Exif; raw: RawExif } | null>;
