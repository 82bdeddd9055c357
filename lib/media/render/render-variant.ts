import type { Sharp } from 'sharp';
import { contentTypeOf, type Ending } from '#lib/delivery/negotiate-format.ts';
import type { RenderPlan, RenderVariant } from '#lib/delivery/render.ts';
import type { Format } from '#lib/images/picture.ts';
import { type Pixels, pixelsOf, reading, sharpOf } from '../decode-pixels.ts';
import { hasTransparency } from '../has-transparency.ts';
import { mostPixels, sharp } from '../sharp-settings.ts';

/** Formats whose pictures are never transparent: they go from decoder to encoder in one pass. */
const opaque: readonly Format[] = ['jpeg'];

/**
 * Makes a variant. Where something might show through, pixels are looked at before they are encoded:
 * many opaque pictures have a channel for transparency nevertheless.
 */
export const sharpRenderVariant: RenderVariant = async ({ bytes, format }, plan) =>
  reading({ format }, async () => {
    const picture = shaped(bytes, plan).toColourspace('srgb');
    if (opaque.includes(format)) return encoded(picture, plan, { isTransparent: false });
    const pixels = await pixelsOf(picture);
    const isTransparent = hasTransparency(pixels);
    return encoded(withoutIdleAlpha(pixels, isTransparent), plan, { isTransparent });
  });

/** Upright, and as many pixels as planned. libjpeg and libwebp shrink while they decode. */
const shaped = (bytes: Uint8Array, { width, height, crop }: RenderPlan): Sharp => {
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels }).autoOrient();
  if (crop === 'attention')
    return picture.resize({ width, height, fit: 'cover', position: sharp.strategy.attention });
  if (!crop) return picture.resize({ width, height, fit: 'fill' });
  return picture
    .resize({ width: crop.width, height: crop.height, fit: 'fill' })
    .extract({ left: crop.left, top: crop.top, width, height });
};

const withoutIdleAlpha = (pixels: Pixels, isTransparent: boolean): Sharp =>
  isTransparent || pixels.channels % 2 === 1 ? sharpOf(pixels) : sharpOf(pixels).removeAlpha();

const encoded = async (
  picture: Sharp,
  { encoding, quality = 80 }: RenderPlan,
  { isTransparent }: { isTransparent: boolean },
) => {
  const ending = encoding === 'auto' ? (isTransparent ? 'png' : 'jpg') : encoding;
  const bytes = await encoders[ending](picture, quality).toBuffer();
  return { bytes, contentType: contentTypeOf(ending) };
};

/**
 * Measured for 800 pixels of a 12-MP photo, with sharp 0.35 on one thread: JPEG 6 ms beside reading
 * and shrinking; WebP 20 ms, at sharp's own effort of 4 it is 40 for 3 % fewer bytes; AVIF 28 ms, at
 * sharp's own effort over a second. AVIF of 66 looks like JPEG of 80 (SSIM within 0.002) and has
 * 67 to 73 % of its bytes.
 */
const encoders: Record<Ending, (picture: Sharp, quality: number) => Sharp> = {
  jpg: (picture, quality) => picture.flatten({ background: '#ffffff' }).jpeg({ quality }),
  webp: (picture, quality) => picture.webp({ quality, effort: 2 }),
  avif: (picture, quality) =>
    picture.avif({
      quality: Math.max(1, Math.round((quality * 66) / 80)),
      effort: 0,
      chromaSubsampling: '4:2:0', // as JPEG has it
    }),
  png: (picture) => picture.png(),
};
