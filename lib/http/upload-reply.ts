import type { Image } from '#lib/images/image.ts';
import { toImageView, type ViewOptions } from './image-view.ts';
import { type Extra, reply } from './route.ts';

/**
 * What an upload answers: one record, or an array where several files were sent, in their order.
 * 202 if any was taken, else the first refusal's status; `failed` if any was refused.
 */
export const uploadReply = (images: readonly Image[], options: ViewOptions) => {
  const views = images.map((image) => toImageView(image, options));
  const [only] = views;
  const data = views.length === 1 && only ? only : views;
  const refused = images.filter(({ rejected }) => rejected);
  const extra: Extra = refused.length
    ? { error: toSentence(refused, images.length), outcome: 'failed' }
    : {};
  if (refused.length < images.length) return reply(202, data, extra);
  return refused[0]?.rejected?.kind === 'type' ? reply(415, data, extra) : reply(422, data, extra);
};

const toSentence = (refused: readonly Image[], sent: number): string => {
  if (sent === 1) return refused[0]?.rejected?.reason ?? '';
  const reasons = refused.map(
    ({ originalName, rejected }) => `${originalName}: ${rejected?.reason}`,
  );
  return `${refused.length} of ${sent} files were refused. ${reasons.join(' ')}`;
};
