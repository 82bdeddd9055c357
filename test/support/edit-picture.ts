import sharp from 'sharp';

/** A picture as an edit server received it. */
export type SentPicture = { bytes: Buffer; contentType: string; name: string };

/**
 * What the simulated model makes of pictures: the first with inverted colours, the second, if there
 * is one, small in its corner. It also writes a location and an author into the EXIF data, as some
 * models do, so that there is metadata to strip.
 */
export const editedPicture = async (
  [source, target]: readonly SentPicture[],
  format: 'png' | 'jpeg' = 'png',
): Promise<Buffer> => {
  if (!source) throw new Error('There is no picture to edit.');
  const { width, height } = await sharp(source.bytes).metadata();
  const picture = sharp(source.bytes).negate({ alpha: false });
  if (target) {
    const inset = { width: Math.ceil(width / 3), height: Math.ceil(height / 3) };
    const input = await sharp(target.bytes)
      .resize({ ...inset, fit: 'fill' })
      .toBuffer();
    picture.composite([{ input, gravity: 'southeast' }]);
  }
  return picture.withExif(exif)[format]().toBuffer();
};

const exif = {
  IFD0: { Software: 'a simulated model', Artist: 'edit server' },
  IFD3: { GPSLatitudeRef: 'S', GPSLatitude: '33/1 51/1 0/1' },
};

let cachedEnormous: Promise<Buffer> | undefined;

/** 40 megapixels in a few kilobytes: small to send, large to decode. */
export const enormousPicture = (): Promise<Buffer> => {
  const create = { width: 8000, height: 5000, channels: 3, background: '#336699' } as const;
  cachedEnormous ??= sharp({ create }).png({ compressionLevel: 9 }).toBuffer();
  return cachedEnormous;
};
