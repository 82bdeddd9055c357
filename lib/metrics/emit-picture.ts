import type { PictureFacts } from '#lib/images/picture-facts.ts';
import { emitMetrics } from './emit-metrics.ts';

/** Writes the one line of a picture that has ended. */
export const emitPicture = (facts: PictureFacts): void => {
  const { imageId, requestId, status, source, format, sizeBytes, failure } = facts;
  const { arrivalToThumbnailMs, thumbnailMs } = facts;
  emitMetrics({
    message: `picture ${status}`,
    values: {
      Pictures: 1,
      BytesIn: sizeBytes,
      ...(arrivalToThumbnailMs !== undefined && { ArrivalToThumbnail: arrivalToThumbnailMs }),
      ...(thumbnailMs !== undefined && { ThumbnailTime: thumbnailMs }),
    },
    dimensions: [{ status }, { format }, ...(failure ? [{ error_code: failure.code }] : [])],
    fields: {
      image_id: imageId,
      request_id: requestId,
      source,
      ...(failure && { reason: failure.error }),
    },
  });
};
