import sharp from 'sharp';

/** A picture as an edit server was sent it. */
export type SentPicture = { bytes: Buffer; contentType: string; name: string };

/**
 * What the pretended model makes of pictures: the first with its colours turned round, the second,
 * if there is one, small in its corner. It also writes down a place and a maker, as some models do,
 * so that whoever stores it has something to take away.
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
  return picture.withExif(whereabouts)[format]().toBuffer();
};

const whereabouts = {
  IFD0: { Software: 'a pretended model', Artist: 'edit server' },
  IFD3: { GPSLatitudeRef: 'S', GPSLatitude: '33/1 51/1 0/1' },
};

let drawnEnormous: Promise<Buffer> | undefined;

/** 40 megapixels in a few kilobytes: small to send, large to open. */
export const enormousPicture = (): Promise<Buffer> => {
  const create = { width: 8000, height: 5000, channels: 3, background: '#336699' } as const;
  drawnEnormous ??= sharp({ create }).png({ compressionLevel: 9 }).toBuffer();
  return drawnEnormous;
};
