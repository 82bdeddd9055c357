import { errorCodes } from '#lib/error-codes.ts';
import type { Image } from '#lib/images/image.ts';
import { type Refusal, refusalCode } from '#lib/images/picture.ts';
import { toImageView, type ViewOptions } from './image-view.ts';
import { type Extra, reply, type Warning } from './route.ts';

type Rejected = Image & { rejected: Refusal };

/**
 * The reply to an upload: one record, or an array where several files were sent, in their order. 202 if
 * any was accepted, else the status of the first rejection; `failed` if any was rejected.
 */
export const uploadReply = (
  images: readonly Image[],
  warnings: readonly Warning[],
  options: ViewOptions,
) => {
  const views = images.map((image) => toImageView(image, options));
  const [only] = views;
  const data = views.length === 1 && only ? only : views;
  const rejected = images.filter((image): image is Rejected => image.rejected !== undefined);
  const [first] = rejected;
  if (!first) return reply(202, data, { warnings });
  const errorCode = refusalCode(first.rejected);
  const error = toSentence(rejected, images.length);
  const extra: Extra = { error, errorCode, outcome: 'failed', warnings };
  if (rejected.length < images.length) return reply(202, data, extra);
  const { status } = errorCodes[errorCode];
  if (status === 413) return reply(413, data, extra);
  return status === 415 ? reply(415, data, extra) : reply(422, data, extra);
};

const toSentence = (rejectedImages: readonly Rejected[], sent: number): string => {
  const [only] = rejectedImages;
  if (sent === 1 && only) return only.rejected.reason;
  const reasons = rejectedImages.map(
    ({ originalName, rejected }) => `${originalName}: ${rejected.reason}`,
  );
  return `${rejectedImages.length} of ${sent} files were rejected. ${reasons.join(' ')}`;
};
