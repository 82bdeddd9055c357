import type { ReadRange } from '#lib/images/exif.ts';

/** Bytes of a file, read when needed and cached; undefined beyond its end or the limit of reading. */
export type Reader = {
  sizeBytes: number;
  at: (offset: number, length: number) => Promise<Buffer | undefined>;
};

const firstBytes = 131_072; // holds the EXIF of nearly every JPEG, and of every Nikon
const stepBytes = 16_384; // later reads need a few numbers each
const maxBytes = 1_048_576; // a file that has its EXIF beyond this much is read as if it had none

/** Turns ranged reads into small ones: few requests, never more than 1 MB in all. */
export const rangeReader = (readRange: ReadRange, sizeBytes: number): Reader => {
  const read: { start: number; bytes: Buffer }[] = [];
  let readBytes = 0;

  const known = (offset: number, length: number) => {
    const part = read.find(
      ({ start, bytes }) => start <= offset && offset + length <= start + bytes.length,
    );
    return part?.bytes.subarray(offset - part.start, offset - part.start + length);
  };

  const at = async (offset: number, length: number): Promise<Buffer | undefined> => {
    if (offset < 0 || offset + length > sizeBytes) return undefined;
    const already = known(offset, length);
    if (already) return already;
    const start = read.length === 0 ? 0 : offset;
    const preferred = Math.max(offset + length - start, read.length === 0 ? firstBytes : stepBytes);
    const wanted = Math.min(preferred, sizeBytes - start);
    if (readBytes + wanted > maxBytes) return undefined;
    readBytes += wanted;
    const found = await readRange(start, wanted);
    const bytes = Buffer.from(found.buffer, found.byteOffset, found.byteLength);
    read.push({ start, bytes });
    return known(offset, length);
  };

  return { sizeBytes, at };
};
