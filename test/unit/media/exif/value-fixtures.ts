import { readInMemory as read } from './read-in-memory.ts';
import { type Entry, jpegWith, tiffBlock } from './tiff-block.ts';

export const tag = {
  description: 0x010e,
  make: 0x010f,
  model: 0x0110,
  exposure: 0x829a,
  fNumber: 0x829d,
  iso: 0x8827,
  taken: 0x9003,
  digitized: 0x9004,
  offset: 0x9011,
  offsetDigitized: 0x9012,
  shutterSpeed: 0x9201,
  aperture: 0x9202,
  bias: 0x9204,
  focalLength: 0x920a,
  comment: 0x9286,
  sensitivity: 0x8832,
  lens: 0xa434,
  xpTitle: 0x9c9b,
  xpKeywords: 0x9c9e,
};

export const ofExif = async (...exif: Entry[]) => (await read(jpegWith(tiffBlock({ exif })))).exif;

export const ofMain = async (...ifd0: Entry[]) => (await read(jpegWith(tiffBlock({ ifd0 })))).exif;

export const comment = (name: string, bytes: Buffer): Entry => {
  const all = Buffer.concat([Buffer.from(name.padEnd(8, '\0'), 'latin1'), bytes]);
  return { tag: tag.comment, type: 7, count: all.length, bytes: all };
};
