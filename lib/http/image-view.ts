import { z } from 'zod';
import type { RawExif } from '#lib/images/exif.ts';
import { renditionVersion } from '#lib/images/find-thumbnail.ts';
import { errorOf, type Image, Source, Status, statusOf } from '#lib/images/image.ts';
import { Format } from '#lib/images/picture.ts';
import type { Step } from '#lib/images/step.ts';
import { mapSteps, type StepName } from '#lib/images/steps.ts';

const Time = z.iso.datetime();

const StepView = z
  .object({
    state: z.enum(['pending', 'done', 'failed', 'skipped']),
    reason: z.string().optional(),
    /** True where retries were exhausted, false where the picture itself is at fault. */
    gave_up: z.boolean().optional(),
    attempts: z.int().min(0).optional(),
    duration_ms: z.int().min(0).optional(),
    ended_at: Time.optional(),
  })
  .meta({ id: 'Step', description: 'The state of one step of processing' });

const CaptionStepView = z
  .object({ ...StepView.shape, provider: z.string().optional(), model: z.string().optional() })
  .meta({ id: 'CaptionStep', description: 'As Step, with the model that wrote the caption' });

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
    raw: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('every tag by name; only in the response for a single image'),
  })
  .meta({ id: 'Exif', description: 'EXIF data; each null where the file has none' });

const MetadataView = z
  .object({
    width: z.int().nullable(),
    height: z.int().nullable(),
    format: Format.nullable(),
    size_bytes: z.int(),
    sha256: z.string().nullable(),
  })
  .partial()
  .meta({
    id: 'Metadata',
    description:
      'Width and height are pixels after orientation; null until known. Empty for a rejected upload.',
  });

/** An image as the API shows it. */
export const ImageView = z
  .object({
    image_id: z.string(),
    original_name: z.string(),
    status: Status,
    source: Source,
    uploaded_at: Time,
    processed_at: Time.nullable(),
    metadata: MetadataView,
    thumbnails: z
      .record(z.string(), z.string())
      .describe('URLs by size; empty where there will be none'),
    file_path: z.string().nullable().describe('the object key; null for a rejected upload'),
    file_url: z.string().nullable(),
    first_upload: Time.nullable().describe('when these bytes were first uploaded'),
    caption: z.string().nullable(),
    exif: ExifView.nullable(),
    error: z.string().nullable(),
    placeholder: z.string().nullable().describe('ThumbHash, base64'),
    dominant_color: z.string().nullable().describe('#rrggbb'),
    steps: z.object({ ...mapSteps(() => StepView), caption: CaptionStepView }),
  })
  .meta({ id: 'Image', description: 'One picture, and the state of its processing' });
export type ImageView = z.infer<typeof ImageView>;

export type ViewOptions = {
  /** The base URL of the API, without a trailing slash. */
  baseUrl: string;
  /** The sizes made of every picture, for links to pending ones. */
  sizes?: readonly { name: string }[];
  /** For a single image: its raw tags, or null for none; undefined in lists. */
  rawExif?: RawExif | null | undefined;
};

/** An image as the API shows it. */
export const toImageView = (image: Image, options: ViewOptions): ImageView => {
  const { renditionSet, caption, steps, key } = image;
  return {
    image_id: image.imageId,
    original_name: image.originalName,
    status: statusOf(image),
    source: image.source,
    uploaded_at: image.uploadedAt,
    processed_at: image.processedAt ?? null,
    metadata: key === null ? {} : toMetadataView(image),
    thumbnails: thumbnailUrls(image, options),
    file_path: key,
    file_url: key === null ? null : `${imageUrl(image, options)}/original`,
    first_upload: key === null ? null : (image.firstUploadAt ?? null),
    caption: caption?.text ?? null,
    exif: toExifView(image, options),
    error: errorOf(image),
    placeholder: renditionSet?.placeholder ?? null,
    dominant_color: renditionSet?.dominantColor ?? null,
    steps: mapSteps((name) => ({
      ...toStepView(steps[name]),
      ...(name === 'caption' && caption && { provider: caption.provider, model: caption.model }),
    })),
  };
};

const imageUrl = ({ imageId }: Image, { baseUrl }: ViewOptions): string =>
  `${baseUrl}/api/images/${imageId}`;

const toMetadataView = ({ metadata, sizeBytes, sha256 }: Image): ImageView['metadata'] => ({
  width: metadata?.width ?? null,
  height: metadata?.height ?? null,
  format: metadata?.format ?? null,
  size_bytes: sizeBytes,
  sha256: sha256 ?? null,
});

const defaultSizes = [{ name: 'small' }, { name: 'medium' }];

/** URLs of existing and pending thumbnails: none where they have failed. */
const thumbnailUrls = (image: Image, options: ViewOptions): Record<string, string> => {
  const { renditionSet, rejected, steps } = image;
  if (rejected) return {};
  if (!renditionSet && steps.thumbnails.state !== 'pending') return {};
  const version = renditionSet ? `?v=${encodeURIComponent(renditionVersion(renditionSet))}` : '';
  const names = (renditionSet?.renditions ?? options.sizes ?? defaultSizes).map(({ name }) => name);
  return Object.fromEntries(
    names.map((name) => [name, `${imageUrl(image, options)}/thumbnails/${name}${version}`]),
  );
};

const toStepView = (step: Step): ImageView['steps'][StepName] => {
  if (step.state === 'pending') return { state: step.state };
  if (step.state === 'skipped') return { state: step.state, reason: step.reason };
  return {
    state: step.state,
    ...(step.state === 'failed' && { reason: step.reason, gave_up: step.gaveUp }),
    attempts: step.attempts,
    duration_ms: step.durationMs,
    ended_at: step.endedAt,
  };
};

const toExifView = ({ exif }: Image, { rawExif }: ViewOptions): ImageView['exif'] =>
  exif
    ? {
        camera_make: exif.cameraMake,
        camera_model: exif.cameraModel,
        lens_model: exif.lensModel,
        datetime_original: exif.datetimeOriginal,
        iso: exif.iso,
        focal_length: exif.focalLength,
        exposure_time: exif.exposureTime,
        f_number: exif.fNumber,
        gps: exif.gps,
        ...(rawExif !== undefined && { raw: rawExif ?? {} }),
      }
    : null;
