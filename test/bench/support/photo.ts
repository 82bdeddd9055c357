import sharp from 'sharp';
import { drawnPixels } from '#test/support/drawn-pictures.ts';

const shape = { width: 4000, height: 3000 };

/**
 * Twelve megapixels in about three megabytes with a camera's tags, as telephones make them: the
 * grain is softened a little.
 */
export const drawnPhoto = (): Promise<Buffer> =>
  sharp(drawnPixels(shape), { raw: { ...shape, channels: 3 } })
    .blur(0.5)
    .withExif({
      IFD0: { Make: 'Darkroom', Model: 'Bench', Orientation: '1' },
      IFD2: { DateTimeOriginal: '2026:05:04 10:20:30', FNumber: '17/10', ISOSpeedRatings: '50' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1', GPSLongitudeRef: 'E' },
    })
    .jpeg({ quality: 85 })
    .toBuffer();

/** The same pixels in other bytes: with a comment, which is a JPEG segment behind the first two. */
export const withComment = (photo: Uint8Array, text: string): Uint8Array<ArrayBuffer> => {
  const comment = Buffer.from(text);
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(comment.length + 2, 2);
  return new Uint8Array(Buffer.concat([photo.subarray(0, 2), head, comment, photo.subarray(2)]));
};
