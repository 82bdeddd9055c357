import { z } from 'zod';
import { buildSrcset, type Links } from '#lib/delivery/links.ts';
import { optimizedPreset } from '#lib/delivery/preset.ts';
import { type RawExif, takenAt } from '#lib/images/exif.ts';
import {
  failureOf,
  type Image,
  type MadeByEdit,
  processedAtOf,
  Source,
  Status,
  statusOf,
} from '#lib/images/image.ts';
import { Format } from '#lib/images/picture.ts';
import { type Step, stepErrorCode } from '#lib/images/step.ts';
import { mapSteps, type StepName } from '#lib/images/steps.ts';
import { ErrorCodeView } from './error-code-view.ts';
import { ExifView, toExifView } from './exif-view.ts';

const Time = z.iso.datetime();

const StepView = z
  .object({
    state: z.enum(['pending', 'done', 'failed', 'skipped']),
    reason: z.string().optional(),
    error_code: ErrorCodeView.optional(),
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

const MadeByEditView = z
  .object({
    edit_id: z.string(),
    prompt: z.string(),
    source_image_id: z
      .string()
      .nullable()
      .describe('the image that was edited; null where it was fetched from a URL'),
    provider: z.string(),
    model: z.string(),
  })
  .meta({ id: 'MadeByEdit', description: 'The edit that made a picture, and with which model' });

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
      .describe('links by size, which work without a key; empty where there will be none'),
    srcset: z
      .string()
      .nullable()
      .describe('links by width, ready to paste; null until the size is known'),
    file_path: z.string().nullable().describe('the object key; null for a rejected upload'),
    file_url: z.string().nullable(),
    first_upload: Time.nullable().describe('when these bytes were first uploaded'),
    caption: z.string().nullable(),
    caption_by: z
      .enum(['person', 'model'])
      .nullable()
      .describe('who wrote the caption; a model does not overwrite a person'),
    focal_point: z
      .object({ x: z.number(), y: z.number() })
      .nullable()
      .describe('what a crop keeps: parts of width and height from the top left'),
    exif: ExifView.nullable(),
    taken_at: z
      .string()
      .nullable()
      .describe('when the picture was taken, as in exif.datetime_original; null where unknown'),
    edit: MadeByEditView.nullable().describe('the edit that made it; null for any other picture'),
    error: z.string().nullable(),
    error_code: ErrorCodeView.nullable(),
    placeholder: z.string().nullable().describe('ThumbHash, base64'),
    dominant_color: z.string().nullable().describe('#rrggbb'),
    steps: z.object({ ...mapSteps(() => StepView), caption: CaptionStepView }),
  })
  .meta({ id: 'Image', description: 'One picture, and the state of its processing' });
export type ImageView = z.infer<typeof ImageView>;

export type ViewOptions = Links & {
  /** The base URL of the API, without a trailing slash. */
  baseUrl: string;
  /** For a single image: its raw tags, or null for none; undefined in lists. */
  rawExif?: RawExif | null | undefined;
};

/** An image as the API shows it. */
export const toImageView = (image: Image, options: ViewOptions): ImageView => {
  const { renditionSet, caption, personCaption, steps, key } = image;
  const failure = failureOf(image);
  return {
    image_id: image.imageId,
    original_name: image.originalName,
    status: statusOf(image),
    source: image.source,
    uploaded_at: image.uploadedAt,
    processed_at: processedAtOf(image) ?? null,
    metadata: key === null ? {} : toMetadataView(image),
    thumbnails: thumbnailUrls(image, options),
    srcset: srcsetFor(image, options),
    file_path: key,
    file_url: key === null ? null : `${imageUrl(image, options)}/original`,
    first_upload: key === null ? null : (image.firstUploadAt ?? image.uploadedAt),
    caption: personCaption ?? caption?.text ?? null,
    caption_by: personCaption !== undefined ? 'person' : caption ? 'model' : null,
    focal_point: image.focalPoint ?? null,
    exif: image.exif ? toExifView(image.exif, options.rawExif) : null,
    taken_at: takenAt(image.exif),
    edit: image.edit ? toMadeByEditView(image.edit) : null,
    error: failure?.error ?? null,
    error_code: failure?.code ?? null,
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

const toMadeByEditView = ({ editId, prompt, sourceImageId, ...by }: MadeByEdit) => ({
  edit_id: editId,
  prompt,
  source_image_id: sourceImageId ?? null,
  ...by,
});

const toMetadataView = ({ metadata, sizeBytes, sha256 }: Image): ImageView['metadata'] => ({
  width: metadata?.width ?? null,
  height: metadata?.height ?? null,
  format: metadata?.format ?? null,
  size_bytes: sizeBytes,
  sha256: sha256 ?? null,
});

/** Whether there is a picture, or one may still come: none where thumbnails have failed. */
const isShown = ({ key, renditionSet, rejected, steps }: Image): boolean =>
  key !== null && !rejected && (renditionSet !== undefined || steps.thumbnails.state === 'pending');

/** Links to the sizes of the settings: an earlier picture gets them at the first request. */
const thumbnailUrls = (image: Image, { linkTo, presets }: ViewOptions): Record<string, string> =>
  Object.fromEntries(
    [...presets.values()]
      .filter(({ madeAtIngest }) => madeAtIngest && isShown(image))
      .filter((preset) => preset !== optimizedPreset || image.source === 'batch')
      .map((preset) => [preset.name, linkTo(image, preset)]),
  );

const srcsetFor = (image: Image, { linkTo }: ViewOptions): string | null => {
  const { metadata } = image;
  return metadata && isShown(image) ? buildSrcset({ ...image, metadata }, linkTo) : null;
};

const toStepView = (step: Step): ImageView['steps'][StepName] => {
  if (step.state === 'pending') return { state: step.state };
  if (step.state === 'skipped') return { state: step.state, reason: step.reason };
  return {
    state: step.state,
    ...(step.state === 'failed' && {
      reason: step.reason,
      error_code: stepErrorCode(step),
      gave_up: step.gaveUp,
    }),
    attempts: step.attempts,
    duration_ms: step.durationMs,
    ended_at: step.endedAt,
  };
};
