import type { Sharp } from 'sharp';
import { fullSize, type Metadata, type Refusal } from '#lib/images/picture.ts';
import { readableForm } from '#lib/media/inspect/readable-form.ts';
import { sharp } from '#lib/media/sharp.ts';
import { release } from '#lib/release.ts';
import { decodeHeicPixels } from './heic-pixels.ts';
import { pickChannels } from './pick-channels.ts';
import { planReading, type ReadingPlan } from './plan-reading.ts';
import { Refused, type Tolerance, whileReading } from './read-errors.ts';
import { toTiff } from './tiff-pixels.ts';

/** Pixels in memory: upright, sRGB, 8 bits. */
export type Pixels = {
  data: Buffer;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  /** Unused bytes in front of the data, in the same memory. */
  headroomBytes?: number;
};

/** So many pixels may lie in memory as a whole, as those of a full size do that must be turned. */
const maxHeldPixels = 50_000_000;
/** A HEIC's lie there twice, before and after they are turned. */
const maxHeldHeicPixels = 30_000_000;

/** The longest side at which a picture has no more pixels than that. */
export const maxHeldSide = ({ width, height, format }: Metadata): number => {
  if (format === 'heic') return maxHeicSide(width, height);
  const scale = Math.sqrt(maxHeldPixels / (width * height));
  return scale >= 1 ? fullSize : Math.floor(Math.max(width, height) * scale);
};

/** Its decoder shrinks by 2, 4 or 8. */
const maxHeicSide = (width: number, height: number): number => {
  const factor = [1, 2, 4].find((one) => (width * height) / one ** 2 <= maxHeldHeicPixels) ?? 8;
  return factor === 1 ? fullSize : Math.floor(Math.max(width, height) / factor);
};

type Transparency = 'white' | 'preserved';

/** A picture to be read: what it is has been found out before. */
export type Picture = { bytes: Uint8Array; metadata: Metadata };

/**
 * Has a step work on a picture as all of ours are made of it: no side longer than `side`, never
 * enlarged, upright, sRGB. What fails in it because of the bytes is a refusal; what fails because
 * of the machine throws.
 */
export const withPicture = <T>(
  { bytes, metadata }: Picture,
  { side, transparency = 'white' }: { side: number; transparency?: Transparency },
  step: (picture: Sharp) => Promise<T>,
): Promise<T | { refusal: Refusal }> =>
  whileReading(bytes, metadata.format, async (given, failOn) => {
    const file = readableForm(given, metadata.format);
    const header = await sharp(file, { limitInputPixels: false }).metadata();
    const plan = await planReading(file, metadata.format, header);
    const isHeld = plan.way !== 'direct' || (header.orientation ?? 1) > 1;
    const maxSide = isHeld ? Math.min(side, maxHeldSide(metadata)) : side;
    const input = await inputFor({ bytes: file, metadata }, plan, maxSide, failOn);
    try {
      const opened = sharp(input, { failOn, limitInputPixels: false }).autoOrient();
      if (maxSide < fullSize)
        opened.resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true });
      if (transparency === 'white') opened.flatten({ background: '#ffffff' });
      return await step(opened.toColourspace('srgb'));
    } finally {
      if (input !== file) release(input); // ours, and megabytes
    }
  });

/** What libvips is to read: the file, or what was made of it in a first step. */
const inputFor = async (
  picture: Picture,
  plan: ReadingPlan,
  side: number,
  failOn: Tolerance,
): Promise<Uint8Array> => {
  if (plan.way === 'refused')
    throw new Refused(
      'unsupported_feature',
      `The picture's colours are encoded in a way that is not supported: ${plan.unsupported}. Convert it to sRGB and send that.`,
    );
  const { bytes } = picture;
  if (plan.way === 'direct') return bytes;
  if (plan.way === 'heic') {
    const { pixels, profile, orientation } = await decodeHeicPixels(picture, side);
    return toTiff(await fitInside(pixels, side), { profile, orientation });
  }
  const { profile, orientation } = plan;
  const pixels = await storedPixels(bytes, plan, side, failOn);
  return toTiff(pixels, { profile, orientation });
};

/** Before their colours are converted: of fewer pixels that costs a fifth. */
const fitInside = async (pixels: Pixels, side: number): Promise<Pixels> => {
  if (Math.max(pixels.width, pixels.height) <= side) return pixels;
  const fitted = await toPixels(
    toSharp(pixels).resize({ width: side, height: side, fit: 'inside' }),
  );
  release(pixels.data);
  return fitted;
};

/** As they lie in the file, in 8 bits; shrunk where no channel is to be left out. */
const storedPixels = async (
  bytes: Uint8Array,
  { channels, ignoreProfile, isGrey }: Extract<ReadingPlan, { way: 'two-steps' }>,
  side: number,
  failOn: Tolerance,
): Promise<Pixels> => {
  const stored = sharp(bytes, { failOn, limitInputPixels: false, ignoreIcc: ignoreProfile });
  if (isGrey) stored.toColourspace('b-w');
  if (!channels)
    stored.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  const { data, info } = await stored.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return channels
    ? pickChannels({ data, width, height, channels: info.channels }, channels)
    : { data, width, height, channels: info.channels };
};

/**
 * Decodes so that no side is longer than `side`, and never enlarges; what is transparent becomes
 * white unless it is to stay. Of animations and stacks of pages the first is taken.
 */
export const decodePixels = (
  bytes: Uint8Array,
  metadata: Picture['metadata'],
  side: number,
  transparency: Transparency = 'white',
): Promise<Pixels | { refusal: Refusal }> =>
  withPicture(
    { bytes, metadata },
    { side: Math.min(side, maxHeldSide(metadata)), transparency },
    toPixels,
  );

export const toPixels = async (picture: Sharp): Promise<Pixels> => {
  const { data, info } = await picture
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
};

/** Our own pixels as the beginning of another picture. */
export const toSharp = ({ data, width, height, channels }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels } });
