import type { Reader } from './range-reader.ts';
import { getTypeWidth } from './tiff-value.ts';

/** How a TIFF structure writes numbers; BigTIFF's offsets and counts have 64 bits. */
export type TiffLayout = { little: boolean; isBig: boolean };

/** An entry of a directory (TIFF 6.0 §2): short values stand in it, `inline`, others at `place`. */
export type TiffEntry = { tag: number; type: number; count: number; place: number; inline: Buffer };

const maxEntries = 512;

/** A directory's entries, up to where it is cut off. */
export async function* tiffEntries(
  reader: Reader,
  offset: number,
  layout: TiffLayout,
): AsyncGenerator<TiffEntry> {
  const countBytes = layout.isBig ? 8 : 2;
  const entryBytes = layout.isBig ? 20 : 12;
  const head = await reader.at(offset, countBytes);
  const claimed = head ? numberAt(head, 0, countBytes, layout) : 0;
  for (let index = 0; index < Math.min(claimed, maxEntries); index++) {
    const bytes = await reader.at(offset + countBytes + index * entryBytes, entryBytes);
    if (!bytes) return;
    yield entryIn(bytes, layout);
  }
}

const entryIn = (bytes: Buffer, layout: TiffLayout): TiffEntry => {
  const width = layout.isBig ? 8 : 4;
  return {
    tag: numberAt(bytes, 0, 2, layout),
    type: numberAt(bytes, 2, 2, layout),
    count: numberAt(bytes, 4, width, layout),
    place: numberAt(bytes, 4 + width, width, layout),
    inline: bytes.subarray(4 + width),
  };
};

export const numberAt = (
  bytes: Buffer,
  at: number,
  width: number,
  { little }: Pick<TiffLayout, 'little'>,
): number => {
  if (width === 8) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return little ? bytes.readUIntLE(at, width) : bytes.readUIntBE(at, width);
};

/** As wide as its type says: a long by the standard, a short with some writers. */
export const pointerIn = ({ type, inline }: TiffEntry, layout: TiffLayout): number => {
  const width = getTypeWidth(type) ?? 4;
  return numberAt(inline, 0, width === 2 || width === inline.length ? width : 4, layout);
};
