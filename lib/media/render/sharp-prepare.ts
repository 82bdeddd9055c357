import type { Sharp } from 'sharp';
import { bytesText } from '#lib/bytes-text.ts';
import {
  type PictureLimits,
  type PreparedPicture,
  type PreparePicture,
  refusal,
} from '#lib/images/picture.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { decodePixels, type Pixels, toSharp } from './decode-pixels.ts';
import { hasTransparency } from './has-transparency.ts';

/** Where a picture has too many bytes, it becomes coarser first, then smaller. */
export const sharpPrepare: PreparePicture = async (bytes, limits) => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) return inspected;
  const pixels = await decodePixels(bytes, inspected.metadata, limits.maxSide, 'preserved');
  if ('refusal' in pixels) return pixels;
  for (const encode of encodings(pixels)) {
    const prepared = await encode();
    if (prepared.bytes.length <= limits.maxBytes) return prepared;
  }
  return { refusal: refusal('file_too_large', tooLarge(limits)) };
};

const tooLarge = ({ maxBytes }: PictureLimits) =>
  `The picture cannot be made small enough for the provider, which takes at most ${bytesText(maxBytes)}.`;

const qualities = [90, 80, 70]; // below, a model sees the compression; fewer pixels lose less

/** Ways to send a picture, the best first. */
function* encodings(pixels: Pixels) {
  const isTransparent = hasTransparency(pixels);
  const longest = Math.max(pixels.width, pixels.height);
  for (let side = longest; side >= 1; side = Math.floor(side * 0.75)) {
    const picture = () => toSharp(pixels).resize({ width: side, height: side, fit: 'inside' });
    if (isTransparent) yield () => encoded(picture().png(), 'image/png');
    else
      for (const quality of qualities)
        yield () => encoded(picture().removeAlpha().jpeg({ quality }), 'image/jpeg');
  }
}

const encoded = async (
  picture: Sharp,
  contentType: PreparedPicture['contentType'],
): Promise<PreparedPicture> => {
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  return { bytes: data, contentType, width: info.width, height: info.height };
};
