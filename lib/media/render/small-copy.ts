import type { Pixels } from './decode-pixels.ts';

const maxSamples = 4; // along each side of a part: 16 pixels are enough for its mean

/**
 * Our own pixels in RGBA at a size no larger than theirs: each the mean of up to 16 pixels, spread
 * evenly over the part of the picture that it stands for. Enough to describe a picture by, not to
 * look at; libvips' pipeline would cost five times as much, nearly all of it for being there.
 */
export const smallCopy = (
  { data, width, height, channels }: Pixels,
  shape: { width: number; height: number },
): Uint8Array => {
  const copy = new Uint8Array(shape.width * shape.height * 4).fill(255);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  let to = 0;
  for (let y = 0; y < shape.height; y++) {
    const top = Math.floor((y * height) / shape.height);
    const bottom = Math.floor(((y + 1) * height) / shape.height);
    const down = stepIn(bottom - top);
    for (let x = 0; x < shape.width; x++) {
      const left = Math.floor((x * width) / shape.width);
      const right = Math.floor(((x + 1) * width) / shape.width);
      const across = stepIn(right - left) * channels;
      let [reds, greens, blues, counted] = [0, 0, 0, 0];
      for (let row = top; row < bottom; row += down) {
        const end = (row * width + right) * channels;
        for (let at = (row * width + left) * channels; at < end; at += across) {
          reds += data[at] ?? 0;
          greens += data[at + green] ?? 0;
          blues += data[at + blue] ?? 0;
          counted++;
        }
      }
      copy[to] = Math.round(reds / counted);
      copy[to + 1] = Math.round(greens / counted);
      copy[to + 2] = Math.round(blues / counted);
      to += 4;
    }
  }
  return copy;
};

const stepIn = (length: number): number => Math.max(1, Math.ceil(length / maxSamples));
