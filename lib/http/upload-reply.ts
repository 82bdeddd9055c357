import type { Image } from '#lib/images/image.ts';
import { toImageView, type ViewOptions } from './image-view.ts';
import { type Extra, reply } from './route.ts';

/**
 * The reply to an upload: one record, or an array where several files were sent, in their order. 202 if
 * any was accepted, else the status of the first rejection; `failed` if any was rejected.
 */
export const uploadReply = (images: readonly Image[], options: ViewOptions) => {
  const views = images.map((image) => toImageView(image, options));
  const [only] = views;
  const data = views.length === 1 && only ? only : views;
  const rejected = images.filter((image) => image.rejected);
  const extra: Extra = rejected.length
    ? { error: toSentence(rejected, images.length), outcome: 'failed' }
    : {};
  if (rejected.length < images.length) return reply(202, data, extra);
  return rejected[0]?.rejected?.kind === 'type' ? reply(415, data, extra) : reply(422, data, extra);
};

const toSentence = (rejectedImages: readonly Image[], sent: number): string => {
  if (sent === 1) return rejectedImages[0]?.rejected?.reason ?? '';
  const reasons = rejectedImages.map(
    ({ originalName, rejected }) => `${originalName}: ${rejected?.reason}`,
  );
  return `${rejectedImages.length} of ${sent} files were rejected. ${reasons.join(' ')}`;
};
