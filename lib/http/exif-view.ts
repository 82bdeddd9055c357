import { z } from 'zod';
import { type Exif, ExifField, MetadataSource, type RawExif } from '#lib/images/exif.ts';

export const ExifView = z
  .object({
    camera_make: z.string().nullable(),
    camera_model: z.string().nullable(),
    lens_model: z.string().nullable(),
    datetime_original: z
      .string()
      .nullable()
      .describe('local time as the camera wrote it, with its offset when the file has one'),
    iso: z.number().nullable(),
    focal_length: z.number().nullable().describe('millimetres'),
    exposure_time: z.number().nullable().describe('seconds'),
    f_number: z.number().nullable(),
    gps: z
      .object({ lat: z.number(), lon: z.number(), alt: z.number().nullable() })
      .nullable()
      .describe('signed degrees, metres above sea level'),
    title: z.string().nullable(),
    description: z.string().nullable(),
    keywords: z.array(z.string()).nullable(),
    sources: z
      .record(z.string(), MetadataSource)
      .describe('the fields that do not come from EXIF, and where each comes from'),
    raw: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('every EXIF tag by name; only in the response for a single image'),
  })
  .meta({
    id: 'Exif',
    description: 'What the camera and its user wrote; each null where the file is silent or unsure',
  });
export type ExifView = z.infer<typeof ExifView>;

/** The names of fields in the API. */
const names = {
  cameraMake: 'camera_make',
  cameraModel: 'camera_model',
  lensModel: 'lens_model',
  datetimeOriginal: 'datetime_original',
  iso: 'iso',
  focalLength: 'focal_length',
  exposureTime: 'exposure_time',
  fNumber: 'f_number',
  gps: 'gps',
  title: 'title',
  description: 'description',
  keywords: 'keywords',
} as const satisfies Record<ExifField, keyof ExifView>;

/** `raw` is given, or null for none, for a single image; lists leave it out. */
export const toExifView = (exif: Exif, raw?: RawExif | null): ExifView => ({
  camera_make: exif.cameraMake,
  camera_model: exif.cameraModel,
  lens_model: exif.lensModel,
  datetime_original: exif.datetimeOriginal,
  iso: exif.iso,
  focal_length: exif.focalLength,
  exposure_time: exif.exposureTime,
  f_number: exif.fNumber,
  gps: exif.gps,
  title: exif.title ?? null,
  description: exif.description ?? null,
  keywords: exif.keywords ?? null,
  sources: sourcesByName(exif),
  ...(raw !== undefined && { raw: raw ?? {} }),
});

const sourcesByName = ({ sources = {} }: Exif): ExifView['sources'] =>
  Object.fromEntries(
    ExifField.options.flatMap((field) => {
      const source = sources[field];
      return source ? [[names[field], source]] : [];
    }),
  );
