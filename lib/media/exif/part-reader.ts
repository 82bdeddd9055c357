import type { Reader } from './range-reader.ts';

/** A part of a file as if it were a file of its own: offsets count from where it begins. */
export const partReader = (whole: Reader, start: number, length: number): Reader => {
  const sizeBytes = Math.max(0, Math.min(length, whole.sizeBytes - start));
  return {
    sizeBytes,
    at: async (offset, count) =>
      offset < 0 || offset + count > sizeBytes ? undefined : whole.at(start + offset, count),
  };
};

/** Bytes that are in memory already, such as those of a chunk that was inflated. */
export const bytesReader = (bytes: Buffer): Reader => ({
  sizeBytes: bytes.length,
  at: async (offset, count) =>
    offset < 0 || offset + count > bytes.length
      ? undefined
      : bytes.subarray(offset, offset + count),
});

/** Parts that lie apart in the file and belong together, one behind the other. */
export const joinedReader = (parts: readonly Reader[]): Reader => {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const at = async (offset: number, count: number): Promise<Buffer | undefined> => {
    if (offset < 0 || offset + count > sizeBytes) return undefined;
    const pieces: Buffer[] = [];
    let start = 0;
    for (const part of parts) {
      const from = Math.max(0, offset - start);
      const to = Math.min(part.sizeBytes, offset + count - start);
      start += part.sizeBytes;
      if (from >= to) continue;
      const piece = await part.at(from, to - from);
      if (!piece) return undefined;
      pieces.push(piece);
    }
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  };
  return { sizeBytes, at };
};

/** The part from its beginning, at most `maxBytes` of it; undefined where it cannot be read. */
export const readUpTo = (part: Reader, maxBytes: number): Promise<Buffer | undefined> =>
  part.at(0, Math.min(part.sizeBytes, maxBytes));
