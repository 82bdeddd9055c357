import sharp, { type Exif, type Sharp } from 'sharp';

/** What to draw. Width and height are as the picture is seen, whatever its orientation tag says. */
export type Drawing = {
  width?: number;
  height?: number;
  /** Another seed, other bytes; the same drawing, the same bytes. */
  seed?: number;
  /** Stored turned by this much, with the tag that turns it back: looks the same under each. */
  orientation?: 1 | 3 | 6 | 8;
  /** Tags as text, by libvips' directories: IFD0, IFD2 (Exif), IFD3 (GPS). */
  exif?: Exif;
  /** Share of the picture, from the left, that is fully transparent (PNG, WebP, GIF, AVIF, TIFF). */
  transparent?: number;
};

const turnedToStore = { 1: 0, 3: 180, 6: 270, 8: 90 } as const;

/**
 * A landscape as raw pixels: sky, meadow, a red sun top left and grain like a camera's, so that
 * no two corners are alike and files are about as large as photos are. RGB, or RGBA where a part
 * of it is transparent.
 */
export const drawnPixels = (drawing: Drawing = {}): Buffer => {
  const { width = 640, height = 480, seed = 1, transparent = 0 } = drawing;
  const channels = countChannels(drawing);
  const pixels = Buffer.alloc(width * height * channels, 255);
  const sun = { x: width * 0.2, y: height * 0.25, radius: Math.min(width, height) * 0.15 };
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      state ^= state << 13; // xorshift32: grain that every machine draws alike
      state ^= state >>> 17;
      state ^= state << 5;
      const light = (state & 31) - 16 + Math.round((x / width) * 30);
      const isSun = (x - sun.x) ** 2 + (y - sun.y) ** 2 < sun.radius ** 2;
      const [red, green, blue] = isSun ? colours.sun : colours[y < height * 0.6 ? 'sky' : 'grass'];
      pixels[at] = clamped(red + light);
      pixels[at + 1] = clamped(green + light);
      pixels[at + 2] = clamped(blue + light);
      if (x < width * transparent) pixels[at + 3] = 0;
    }
  }
  return pixels;
};

const colours = { sun: [220, 40, 30], sky: [90, 140, 205], grass: [60, 130, 50] } as const;
const clamped = (value: number) => Math.max(0, Math.min(255, value));
const countChannels = ({ transparent }: Drawing) => (transparent ? 4 : 3);

/** The drawing as a sharp pipeline, for formats and faults that have no function here. */
export const drawn = async (drawing: Drawing = {}): Promise<Sharp> => {
  const { width = 640, height = 480, orientation, exif } = drawing;
  const raw = { width, height, channels: countChannels(drawing) } as const;
  const { data, info } = await sharp(drawnPixels(drawing), { raw })
    .rotate(turnedToStore[orientation ?? 1])
    .raw()
    .toBuffer({ resolveWithObject: true });
  const stored = { width: info.width, height: info.height, channels: raw.channels };
  const picture = sharp(data, { raw: stored });
  if (exif) picture.withExif(exif);
  return orientation ? picture.withMetadata({ orientation }) : picture;
};

export const drawnJpeg = async (drawing: Drawing = {}): Promise<Buffer> =>
  (await drawn(drawing)).jpeg({ quality: 85 }).toBuffer();

export const drawnPng = async (drawing: Drawing = {}): Promise<Buffer> =>
  (await drawn(drawing)).png({ compressionLevel: 1 }).toBuffer();

export const drawnWebp = async (drawing: Drawing = {}): Promise<Buffer> =>
  (await drawn(drawing)).webp({ effort: 0 }).toBuffer();

/** Always stored upright and without EXIF: a GIF has no place for either. */
export const drawnGif = async ({ orientation: _, exif: __, ...drawing }: Drawing = {}) =>
  (await drawn(drawing)).gif({ effort: 1, colours: 32 }).toBuffer();

export const drawnAvif = async (drawing: Drawing = {}): Promise<Buffer> =>
  (await drawn(drawing)).avif({ effort: 0 }).toBuffer();

export const drawnTiff = async (drawing: Drawing = {}): Promise<Buffer> =>
  (await drawn(drawing)).tiff({ compression: 'lzw' }).toBuffer();

/** One function for each format that sharp writes, by the API's names; drawn-heic.ts has the other. */
export const drawnBy = {
  jpeg: drawnJpeg,
  png: drawnPng,
  webp: drawnWebp,
  gif: drawnGif,
  avif: drawnAvif,
  tiff: drawnTiff,
} as const;
export type DrawnFormat = keyof typeof drawnBy;

/** Frames that turn from red to green to blue, so that a test sees which one was taken. */
export const drawnAnimation = async (
  format: 'gif' | 'webp',
  { width = 64, height = 48 } = {},
): Promise<Buffer> => {
  const frames = ['#d02020', '#20d020', '#2020d0'].map((background) =>
    sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(frames), { join: { animated: true } })
    [format]()
    .toBuffer();
};

/** What a phone would write: camera, time with offset, exposure, and a place in the south-west. */
export const phoneExif: Exif = {
  IFD0: { Make: 'Darkroom', Model: 'Drawn One' },
  IFD2: {
    DateTimeOriginal: '2017:02:09 19:51:38',
    OffsetTimeOriginal: '+01:00',
    ISOSpeedRatings: '640',
    FocalLength: '42/10',
    ExposureTime: '1/10',
    FNumber: '17/10',
    LensModel: 'Drawn 4.2mm f/1.7',
    BodySerialNumber: 'SERIAL-0042',
  },
  IFD3: {
    GPSLatitudeRef: 'S',
    GPSLatitude: '33/1 51/1 3000/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '70/1 30/1 3600/100',
    GPSAltitude: '125/10',
  },
};
