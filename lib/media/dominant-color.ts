const levels = 16; // per channel: finer and noise decides, coarser and colours of their own merge

/**
 * The colour most of a small picture has, as `#rrggbb`: of 4096 bins of RGB the fullest together
 * with its neighbours (alone, two near ones would take turns with every resampling), as the mean
 * of what fell there, so that it is a colour of the picture and not one between two of them.
 */
export const dominantColorOf = (pixels: Uint8Array, channels: number): string => {
  const counts = new Uint32Array(levels ** 3);
  for (let at = 0; at + 2 < pixels.length; at += channels) {
    const [red, green, blue] = binOf(pixels, at);
    const bin = (red * levels + green) * levels + blue;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const centre = fullest(blurred(blurred(blurred(counts, 1), levels), levels ** 2));
  return `#${Buffer.from(meanAround(centre, pixels, channels)).toString('hex')}`;
};

const binOf = (pixels: Uint8Array, at: number) =>
  [level(pixels[at]), level(pixels[at + 1]), level(pixels[at + 2])] as const;

const level = (value = 0) => value >> 4;

/** Each bin plus half of its two neighbours along one channel, whose bins lie `stride` apart. */
const blurred = (counts: Uint32Array, stride: number) =>
  counts.map((count, bin) => {
    const place = Math.floor(bin / stride) % levels;
    const below = place > 0 ? (counts[bin - stride] ?? 0) : 0;
    const above = place < levels - 1 ? (counts[bin + stride] ?? 0) : 0;
    return 2 * count + below + above;
  });

const fullest = (counts: Uint32Array) => {
  let best = 0;
  for (let bin = 1; bin < counts.length; bin++)
    if ((counts[bin] ?? 0) > (counts[best] ?? 0)) best = bin;
  return [Math.floor(best / levels ** 2), Math.floor(best / levels) % levels, best % levels];
};

const meanAround = (centre: readonly number[], pixels: Uint8Array, channels: number) => {
  const sums = [0, 0, 0];
  let counted = 0;
  for (let at = 0; at + 2 < pixels.length; at += channels) {
    const bin = binOf(pixels, at);
    if (bin.some((place, channel) => Math.abs(place - (centre[channel] ?? 0)) > 1)) continue;
    counted++;
    for (const part of [0, 1, 2]) sums[part] = (sums[part] ?? 0) + (pixels[at + part] ?? 0);
  }
  return sums.map((sum) => Math.round(sum / Math.max(1, counted)));
};
