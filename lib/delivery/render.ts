import type { Metadata, Refusal } from '#lib/images/picture.ts';
import type { Encoding } from './negotiate-format.ts';
import { maxVariantSide, type Preset } from './preset.ts';
import type { FocalPoint } from './version.ts';

/** Resized to this shape, then cut at this place. */
export type Crop = { width: number; height: number; left: number; top: number };

/** What to make of a picture: exactly this many pixels. */
export type RenderPlan = {
  width: number;
  height: number;
  /** Where the shape is another than the picture's: what of it stays. */
  crop?: Crop | 'attention';
  encoding: Encoding;
  /** 1 to 100, as JPEG counts; other encodings take what looks alike. By default 80. */
  quality?: number | undefined;
};

/**
 * Makes a variant: upright, sRGB, without metadata; what shows through stays so, except in a JPEG,
 * where it becomes white. A picture that cannot be decoded is a refusal; a fault of the machine
 * throws.
 */
export type RenderVariant = (
  source: { bytes: Uint8Array; metadata: Metadata },
  plan: RenderPlan,
) => Promise<{ bytes: Uint8Array; contentType: string } | { refusal: Refusal }>;

type Shape = { width: number; height: number };

/** How large a preset makes a picture of this size, as it is seen. Never larger than it is. */
export const planRender = (
  preset: Preset,
  picture: Shape,
  { encoding, focalPoint }: { encoding: Encoding; focalPoint?: FocalPoint | undefined },
): RenderPlan => {
  const quality = 'quality' in preset ? preset.quality : undefined;
  if (preset.fit === 'cover') {
    const scale = Math.min(1, picture.width / preset.width, picture.height / preset.height);
    const shape = scaled(preset, scale);
    const crop = focalPoint ? cropAround(focalPoint, shape, picture) : 'attention';
    return { ...shape, crop, encoding, quality };
  }
  const side = preset.fit === 'width' ? preset.width : preset.longestSide;
  const longest = preset.fit === 'width' ? picture.width : Math.max(picture.width, picture.height);
  // A tall strip may be narrow enough and still be too long, or too much, for an encoder.
  const scale = Math.min(
    1,
    side / longest,
    maxSide / Math.max(picture.width, picture.height),
    Math.sqrt(maxPixels / (picture.width * picture.height)),
  );
  return { ...scaled(picture, scale), encoding, quality };
};

const maxSide = 16_383; // WebP's limit, the narrowest
const maxPixels = maxVariantSide ** 2;

const scaled = ({ width, height }: Shape, scale: number): Shape => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
});

/** The focal point comes as near to the middle as the picture's edges allow. */
const cropAround = ({ x, y }: FocalPoint, { width, height }: Shape, picture: Shape): Crop => {
  const scale = Math.max(width / picture.width, height / picture.height);
  const whole = {
    width: Math.max(width, Math.round(picture.width * scale)),
    height: Math.max(height, Math.round(picture.height * scale)),
  };
  return {
    ...whole,
    left: clamp(Math.round(x * whole.width - width / 2), whole.width - width),
    top: clamp(Math.round(y * whole.height - height / 2), whole.height - height),
  };
};

const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, value));

/**
 * Whether a smaller copy of the picture has pixels enough to make the variant of. Its compression
 * must not show: measured on 12-MP photos, SSIM of a variant from a copy 1.5 times as large is
 * within 0.004 of one from the original, and 0.007 from a copy of the same size.
 */
export const isLargeEnough = (copy: Shape, plan: RenderPlan, picture: Shape): boolean => {
  const scale = Math.max(plan.width / picture.width, plan.height / picture.height);
  const needed = scale * Math.max(picture.width, picture.height) * 1.5;
  return Math.max(copy.width, copy.height) >= Math.floor(needed);
};
