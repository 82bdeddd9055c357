import { type Av1, readAv1 } from './av1.ts';
import { type AvifItem, type AvifItems, readAvifItems } from './avif-items.ts';

/** What decoding an AVIF comes to at most; its pictures are the one that is seen and its parts. */
export type AvifCost = {
  /** Of the largest picture in it. */
  pixels: number;
  /** Of its pixel: decoded planes, of every frame that may be held. */
  bytesPerPixel: number;
  /** Of all its pictures and their frames, each as often as it may be decoded. */
  pixelsInAll: number;
};

/** Coded pictures, grids of them, and what is no picture. `tmap` says how to brighten one. */
const known = ['av01', 'grid', 'tmap', 'Exif', 'mime', 'uri '];
const maxTiles = 256;
const maxFrames = 4; // as many layers as the standard knows of (AV1 image file format, §2.3.2)

/**
 * Adds up an AVIF's coded pictures by what their own data says, as boxes may lie and the decoder
 * believes the data; it also decodes every frame in it, of which 50 MB have room for a million.
 * Undefined where the file is put together in a way that we do not know: overlays and the like can
 * ask for one picture again and again.
 */
export const estimateAvifCost = (bytes: Uint8Array): AvifCost | undefined => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const works = readAvifItems(file)?.map(estimateCost) ?? [];
  const work: AvifCost = { pixels: 0, bytesPerPixel: 0, pixelsInAll: 0 };
  for (const one of works) {
    if (!one) return undefined;
    work.pixels = Math.max(work.pixels, one.pixels);
    work.bytesPerPixel = Math.max(work.bytesPerPixel, one.bytesPerPixel);
    work.pixelsInAll = Math.max(work.pixelsInAll, one.pixelsInAll); // only one of them is decoded
  }
  return works.length > 0 ? work : undefined;
};

const estimateCost = (found: AvifItems): AvifCost | undefined => {
  const { items, tiles, configurations } = found;
  if (!items.every(({ type }) => known.includes(type))) return undefined;
  if (tiles.length > maxTiles || hasGridOfGrids(found)) return undefined;
  const setup = configurations.map(readAv1).filter((one) => one?.frames === 0);
  if (setup.length < configurations.length) return undefined;
  const work: AvifCost = { pixels: 0, bytesPerPixel: 0, pixelsInAll: 0 };
  for (const item of items.filter(({ type }) => type === 'av01')) {
    const coded = codedIn(item, setup);
    if (!coded) return undefined;
    const { pixels, frames, bytesPerPixel } = coded;
    work.pixels = Math.max(work.pixels, pixels);
    work.bytesPerPixel = Math.max(work.bytesPerPixel, bytesPerPixel * frames);
    const times = tiles.filter(({ part }) => part === item.id).length;
    work.pixelsInAll += pixels * frames * Math.max(1, times);
  }
  return work;
};

/** Two lists of a hundred would be ten thousand pictures. */
const hasGridOfGrids = ({ items, tiles }: AvifItems): boolean => {
  const grids = new Set(items.filter(({ type }) => type === 'grid').map(({ id }) => id));
  return tiles.some(({ whole, part }) => grids.has(whole) && grids.has(part));
};

/** What the decoder gets of a picture: settings that came with the file, then its data. */
const codedIn = ({ data }: AvifItem, setup: (Av1 | undefined)[]) => {
  const coded = readAv1(data);
  if (!coded || coded.frames > maxFrames) return undefined;
  const all = [coded, ...setup];
  return {
    pixels: Math.max(...all.map((one) => one?.pixels ?? 0)),
    frames: Math.max(1, coded.frames),
    bytesPerPixel: Math.max(...all.map((one) => one?.bytesPerPixel ?? 0)),
  };
};
