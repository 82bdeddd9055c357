import type { TiffChannels } from '#lib/media/inspect/tiff-features.ts';
import type { Pixels } from './decode-pixels.ts';

/** libvips has made RGB of any colours, or left grey as it is; what else there was comes behind. */
type Stored = { data: Buffer; width: number; height: number; channels: number };

/** The colours and, where one of the further channels is transparency, that one; the rest is left out. */
export const pickChannels = (
  { data, width, height, channels }: Stored,
  { colours, alpha }: TiffChannels,
): Pixels => {
  const seen =
    colours === 1 && channels < 3 + (alpha === undefined ? 0 : 1) ? 1 : Math.min(3, colours);
  const from = [...Array(seen).keys()];
  const further = alpha === undefined ? undefined : seen + (alpha - colours);
  if (further !== undefined && further < channels) from.push(further);
  const to = Buffer.allocUnsafe(width * height * from.length);
  let out = 0;
  for (let at = 0; at + channels <= data.length; at += channels)
    for (const channel of from) to[out++] = data[at + channel] as number;
  return { data: to, width, height, channels: from.length as Pixels['channels'] };
};
