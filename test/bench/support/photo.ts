import sharp from 'sharp';
import { drawnPixels } from '#test/support/drawn-pictures.ts';

const shape = { width: 4000, height: 3000 };

/** Twelve megapixels in about three megabytes, as cameras make them: the grain is softened a little. */
export const drawnPhoto = (): Promise<Buffer> =>
  sharp(drawnPixels(shape), { raw: { ...shape, channels: 3 } })
    .blur(0.5)
    .jpeg({ quality: 85 })
    .toBuffer();
