import type { ErrorCode } from '#lib/error-codes.ts';
import { failureOf, type Image, statusOf } from './image.ts';

/** What a picture's end says to an operator. Times in milliseconds. */
export type PictureFacts = {
  imageId: string;
  requestId: string;
  status: 'done' | 'failed';
  source: Image['source'];
  format: string;
  sizeBytes: number;
  /** From the arrival of its bytes to its thumbnails; none where they were made for a retry. */
  arrivalToThumbnailMs?: number;
  thumbnailMs?: number;
  failure: { error: string; code: ErrorCode } | null;
};

/** What there is to say of a picture whose last step ended with this change; undefined for any other. */
export const pictureFacts = (
  before: Image | undefined,
  after: Image | undefined,
): PictureFacts | undefined => {
  const status = after && endStatus(after);
  if (!status || (before?.rev === after.rev && endStatus(before))) return undefined;
  const { imageId, requestId, source, sizeBytes, metadata, steps } = after;
  const arrivalToThumbnailMs = measureArrivalToThumbnail(after);
  return {
    ...{ imageId, requestId, status, source, sizeBytes },
    format: metadata?.format ?? 'unknown',
    ...(arrivalToThumbnailMs !== undefined && { arrivalToThumbnailMs }),
    ...(steps.thumbnails.state === 'done' && { thumbnailMs: steps.thumbnails.durationMs }),
    failure: failureOf(after),
  };
};

const endStatus = (image: Image | undefined): 'done' | 'failed' | undefined => {
  if (!image || image.deleted) return undefined;
  const status = statusOf(image);
  return status === 'done' || status === 'failed' ? status : undefined;
};

/** Milliseconds from arrival to thumbnails; undefined without any, or where a retry made them. */
export const measureArrivalToThumbnail = ({
  uploadedAt,
  steps: { thumbnails },
}: Pick<Image, 'uploadedAt' | 'steps'>): number | undefined =>
  thumbnails.state === 'done' && thumbnails.run === 1
    ? Math.max(0, Date.parse(thumbnails.endedAt) - Date.parse(uploadedAt))
    : undefined;
