import ExifReader from 'exifreader';
import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import { optimizedSize } from '#lib/images/picture.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { short, tiffBlock } from '#test/unit/media/exif/tiff-block.ts';

export const thumbnails = [
  { name: 'small', longestSide: 200 },
  { name: 'medium', longestSide: 800 },
];

export const shrunk = async (bytes: Uint8Array, sizes = [...thumbnails, optimizedSize]) => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) throw new Error(inspected.refusal.reason);
  const made = await sharpShrink(bytes, inspected.metadata, sizes);
  if ('refusal' in made) throw new Error(made.refusal.reason);
  return made;
};

/** The rendition, once it is sure that it is what every one of them has to be. */
export const optimized = async (original: Uint8Array) => {
  const rendition = (await shrunk(original)).renditions.at(-1);
  if (rendition?.name !== 'optimized') throw new Error('There is no optimized rendition.');
  const { bytes, sizeBytes, width, height, format } = rendition;
  expect(sizeBytes).toBe(bytes.length);
  expect(sizeBytes).toBeLessThanOrEqual(original.length);
  const header = await sharp(bytes).metadata();
  expect(header).toMatchObject({ width, height });
  expect(header.orientation ?? 1).toBe(1);
  expect(header.mediaType).toBe(`image/${format ?? 'jpeg'}`);
  expectNoMetadata(bytes);
  return rendition;
};

const expectNoMetadata = (bytes: Uint8Array) => {
  const { exif, gps, icc, xmp, iptc, makerNotes } = ExifReader.load(Buffer.from(bytes), {
    expanded: true,
  });
  expect([exif, gps, icc, xmp, iptc, makerNotes]).toEqual(Array(6).fill(undefined));
  for (const word of ['SERIAL-0042', 'Exif', 'Drawn One', 'http://ns.adobe.com/xap'])
    expect(Buffer.from(bytes).includes(word), word).toBe(false);
};

/** As it is seen: upright, sRGB, 8 bits, with or without transparency. */
export const seen = (bytes: Uint8Array) =>
  sharp(bytes).autoOrient().toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer();
export const seenOnWhite = (bytes: Uint8Array) =>
  sharp(bytes)
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();

/** Mean difference of two pictures, 0 to 255. */
export const distance = (one: Buffer, other: Buffer) => {
  expect(one.length).toBe(other.length);
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length;
};

/** Few colours and sharp edges, as logos have: what PNG packs far better than JPEG. */
export const flat = ({ width = 400, height = 300, transparent = false } = {}): Sharp => {
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < pixels.length; at += 4) {
    const [column, row] = [((at / 4) % width) >> 3, Math.floor(at / 4 / width) >> 3];
    if ((column + row) % 2) pixels.writeUInt32BE(row < column ? 0xc02040ff : 0x102080ff, at);
    else if (transparent) pixels.writeUInt32BE(0, at);
  }
  const picture = sharp(pixels, { raw: { width, height, channels: 4 } });
  return transparent ? picture : picture.removeAlpha();
};

export const xmp = `<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description about='' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:creator='SERIAL-0042'/></rdf:RDF></x:xmpmeta><?xpacket end='w'?>`;

/** 32 × 16 of one colour, with an EXIF block that says nothing but "turn me". */
export const turnedWebp = async () => {
  const background = '#a05030';
  const plain = sharp({ create: { width: 32, height: 16, channels: 3, background } });
  const webp = await plain.webp().toBuffer();
  const size = Buffer.from([0x08, 0, 0, 0, 31, 0, 0, 15, 0, 0]); // EXIF; width and height less one
  const exif = tiffBlock({ ifd0: [short(0x0112, 6)] });
  const chunks = [chunk('VP8X', size), webp.subarray(12), chunk('EXIF', exif)];
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
};

const chunk = (type: string, body: Buffer) => {
  const head = Buffer.from(`${type}\0\0\0\0`);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};
