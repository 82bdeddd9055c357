const levels = 16; // per channel: finer and noise decides, coarser and colours of their own merge

/**
 * The colour most of a small picture has, as `#rrggbb`: of 4096 bins of RGB the fullest together
 * with its neighbours (alone, two near ones would take turns with every resampling), as the mean
 * of what fell there, so that it is a colour of the picture and not one between two of them.
 */
export const findDominantColor = (pixels: Uint8Array, channels: number): string => {
  const counts = new Uint32Array(levels ** 3);
  for (let at = 0; at + 2 < pixels.length; at += channels) {
    const bin = toBin(pixels[at], pixels[at + 1], pixels[at + 2]);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const centre = fullest(blurred(blurred(blurred(counts, 1), levels), levels ** 2));
  return `#${Buffer.from(meanAround(centre, pixels, channels)).toString('hex')}`;
};

// No arrays per pixel here and below: thousands of them a picture, and V8 collects everything soon.
const toBin = (red = 0, green = 0, blue = 0): number =>
  (toLevel(red) * levels + toLevel(green)) * levels + toLevel(blue);

const toLevel = (value: number) => value >> 4;

/** Each bin plus half of its two neighbours along one channel, whose bins lie `stride` apart. */
const blurred = (counts: Uint32Array, stride: number) =>
  counts.map((count, bin) => {
    const place = Math.floor(bin / stride) % levels;
    const below = place > 0 ? (counts[bin - stride] ?? 0) : 0;
    const above = place < levels - 1 ? (counts[bin + stride] ?? 0) : 0;
    return 2 * count + below + above;
  });

const fullest = (counts: Uint32Array): number => {
  let best = 0;
  for (let bin = 1; bin < counts.length; bin++)
    if ((counts[bin] ?? 0) > (counts[best] ?? 0)) best = bin;
  return best;
};

const meanAround = (centre: number, pixels: Uint8Array, channels: number): number[] => {
  const [redLevel, greenLevel, blueLevel] = [
    Math.floor(centre / levels ** 2),
    Math.floor(centre / levels) % levels,
    centre % levels,
  ];
  const isNear = (value: number, level: number) => Math.abs(toLevel(value) - level) <= 1;
  let [reds, greens, blues, counted] = [0, 0, 0, 0];
  for (let at = 0; at + 2 < pixels.length; at += channels) {
    const red = pixels[at] ?? 0;
    const green = pixels[at + 1] ?? 0;
    const blue = pixels[at + 2] ?? 0;
    if (!isNear(red, redLevel) || !isNear(green, greenLevel) || !isNear(blue, blueLevel)) continue;
    reds += red;
    greens += green;
    blues += blue;
    counted++;
  }
  return [reds, greens, blues].map((sum) => Math.round(sum / Math.max(1, counted)));
};
