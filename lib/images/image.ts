import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ErrorCode } from '#lib/error-codes.ts';
import { Caption } from './caption.ts';
import { Exif } from './exif.ts';
import { Metadata, Rejection, Rendition, refusalCode } from './picture.ts';
import { type StepName, Steps, stepErrorCode, stepNames } from './step.ts';
import { stepDefinition } from './steps.ts';

/** The ways an image comes in; `drop` is an object put into the bucket by another client. */
export const sources = ['upload', 'presigned', 'drop', 'batch', 'edit', 'url'] as const;
export const Source = z.enum(sources);
export type Source = z.infer<typeof Source>;

/** The renditions of an image, perhaps made for another image with the same bytes. */
export const ImageRenditions = z.object({
  renditionSetId: z.string(),
  /** `<image_id>.<rev>` of the image they were made for. */
  owner: z.string(),
  renditions: z.array(Rendition),
  placeholder: z.string(),
  dominantColor: z.string(),
});
export type ImageRenditions = z.infer<typeof ImageRenditions>;

/** A picture that is to be fetched from another host before anything can be made of it. */
export const Fetching = z.object({
  url: z.string(),
  /** The key that its original will have; the image's id is that of this key. */
  key: z.string(),
  /** A message requests one run; a message of another run is stale. */
  run: z.int(),
  /** When this run was requested. */
  since: z.iso.datetime(),
  /** When sweep-stuck enqueued it a second time. */
  requeuedAt: z.iso.datetime().optional(),
});

/** The edit that made a picture, which the picture outlives. */
export const MadeByEdit = z.object({
  editId: z.string(),
  prompt: z.string(),
  /** The image of ours that was edited; absent where it was fetched from a URL. */
  sourceImageId: z.string().optional(),
  provider: z.string(),
  model: z.string(),
});
export type MadeByEdit = z.infer<typeof MadeByEdit>;

/** One picture, and how far its processing has come. */
export const Image = z.object({
  imageId: z.string(),
  /** Key of the original; null where none is stored: a rejected upload, a picture still to be fetched. */
  key: z.string().nullable(),
  etag: z.string(),
  /** The revision: how many objects, told apart by ETag, this key has had; 0 before the first is fetched. */
  rev: z.int(),
  originalName: z.string(),
  source: Source,
  requestId: z.string(),
  /** Its position in the lists, and when its bytes were uploaded; they differ once a key is overwritten. */
  listedAt: z.iso.datetime(),
  uploadedAt: z.iso.datetime(),
  sizeBytes: z.int(),
  sha256: z.string().optional(),
  metadata: Metadata.optional(),
  /** When these bytes were first uploaded, where that was with another image. */
  firstUploadAt: z.iso.datetime().optional(),
  /** The edit that made these bytes. Results of earlier releases have none. */
  edit: MadeByEdit.optional(),
  beganAt: z.iso.datetime().optional(),
  /** Of a refused upload, which has no steps that ended; otherwise `processedAtOf` derives it. */
  processedAt: z.iso.datetime().optional(),
  rejected: Rejection.optional(),
  /** Until the picture is fetched. If that failed, the image is also `rejected`; a retry fetches it again. */
  fetching: Fetching.optional(),
  steps: Steps,
  renditionSet: ImageRenditions.optional(),
  caption: Caption.optional(),
  /** A person's words, which are shown instead of a model's. */
  personCaption: z.string().optional(),
  exif: Exif.optional(),
  /** What crops keep, where a person set it: fractions of width and height from the top left. */
  focalPoint: z.object({ x: z.number(), y: z.number() }).optional(),
  /** Renditions that no image refers to any more and that are still to be deleted. */
  orphanedRenditions: z
    .array(z.object({ renditionSetId: z.string(), owner: z.string() }))
    .optional(),
  /** Renditions that workers on earlier revisions may still write; the last few. */
  earlier: z.array(z.object({ renditionSetId: z.string(), owner: z.string() })).optional(),
  /**
   * `deleting` until its objects are removed, then `removed` while a delivery that began before may
   * still store a variant, then `gone`. Such an image is in no list and no count.
   */
  deleted: z.enum(['deleting', 'removed', 'gone']).optional(),
  removedAt: z.iso.datetime().optional(),
});
export type Image = z.infer<typeof Image>;

export const statuses = ['queued', 'processing', 'done', 'failed'] as const;
export const Status = z.enum(statuses);
export type Status = z.infer<typeof Status>;

const requiredSteps: readonly StepName[] = stepNames.filter(
  (name) => stepDefinition(name).required,
);

/** The status, derived from all steps. */
export const statusOf = ({ steps, rejected, beganAt }: Image): Status => {
  if (rejected) return 'failed';
  if (stepNames.every((name) => steps[name].state !== 'pending'))
    return requiredSteps.some((name) => steps[name].state === 'failed') ? 'failed' : 'done';
  return beganAt ? 'processing' : 'queued';
};

/** When the last step ended; undefined while one is pending. */
export const processedAtOf = (image: Image): string | undefined => {
  const status = statusOf(image);
  if (status !== 'done' && status !== 'failed') return undefined;
  const ends = stepNames.flatMap((name) => {
    const step = image.steps[name];
    return 'endedAt' in step ? [step.endedAt] : [];
  });
  return image.rejected ? image.processedAt : (ends.sort().at(-1) ?? image.processedAt);
};

/** The id of the image under a key: the first 26 base32 characters (RFC 4648, lower case) of its SHA-256. */
export const imageIdOf = (key: string): string => {
  const digest = createHash('sha256').update(key).digest();
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from({ length: 26 }, (_, place) => {
    const bit = place * 5;
    const pair = (digest.readUInt8(bit >> 3) << 8) | digest.readUInt8((bit >> 3) + 1);
    return alphabet[(pair >> (11 - (bit & 7))) & 31];
  }).join('');
};

/** Whether a deletion has ended, as far as its caller is concerned: the key may be used anew. */
export const isRemoved = ({ deleted }: Pick<Image, 'deleted'>): boolean =>
  deleted === 'removed' || deleted === 'gone';

/**
 * What an image is looked for by, beside its position in the lists: that work on it, or its deletion,
 * has not ended, or that it failed. Undefined for most images: they are done.
 */
export const attentionOf = (image: Image): 'unfinished' | 'failed' | undefined => {
  if (image.deleted) return image.deleted === 'gone' ? undefined : 'unfinished';
  const status = statusOf(image);
  if (status === 'done') return undefined;
  return status === 'failed' ? 'failed' : 'unfinished';
};

/** The owner of the renditions made for an image: `<image_id>.<rev>`. */
export const ownerOf = ({ imageId, rev }: Pick<Image, 'imageId' | 'rev'>): string =>
  `${imageId}.${rev}`;

/** Why the image failed, as a sentence and as a code; null unless it did. */
export const failureOf = ({
  rejected,
  steps,
}: Image): { error: string; code: ErrorCode } | null => {
  if (rejected) return { error: rejected.reason, code: refusalCode(rejected) };
  const failed = requiredSteps.map((name) => steps[name]).find((step) => step.state === 'failed');
  return failed ? { error: failed.reason, code: stepErrorCode(failed) } : null;
};
