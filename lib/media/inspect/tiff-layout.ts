/** TIFF 6.0: sections 3, 8 and 15. */
const tags = { rowsPerStrip: 278, planar: 284, tileWidth: 322, tileLength: 323 };
const separate = 2;

export type TiffLayout = {
  tile?: { width: number; height: number };
  /** Of a strip that holds one channel only. */
  planarRows?: number;
};

/**
 * How the pixels of a TIFF's first page are cut up. Where a tag stands twice, the larger value
 * counts. Strips with all channels are left out: libtiff decodes those row by row.
 */
export const readTiffLayout = (bytes: Uint8Array): TiffLayout => {
  const values = numbersIn(bytes);
  const [width, height] = [values.get(tags.tileWidth), values.get(tags.tileLength)];
  if (width && height) return { tile: { width, height } };
  const planarRows = values.get(tags.rowsPerStrip) ?? Number.MAX_SAFE_INTEGER;
  return values.get(tags.planar) === separate ? { planarRows } : {};
};

/** The first directory's single numbers by tag; BigTIFF's have the same shape, only wider. */
const numbersIn = (bytes: Uint8Array): Map<number, number> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getUint8(0) === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  const wide = (at: number) =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const [entryBytes, valueAt, countBytes] = isBig ? [20, 12, 8] : [12, 8, 2];
  const values = new Map<number, number>();
  const directory = bytes.length >= 16 ? wide(isBig ? 8 : 4) : 0;
  if (directory + countBytes > bytes.length) return values;
  const count = isBig ? wide(directory) : view.getUint16(directory, little);
  const first = directory + countBytes;
  for (let entry = 0; entry < count; entry++) {
    const at = first + entry * entryBytes;
    if (at + entryBytes > bytes.length) break;
    const isShort = view.getUint16(at + 2, little) === 3;
    const value = isShort ? view.getUint16(at + valueAt, little) : wide(at + valueAt);
    const tag = view.getUint16(at, little);
    values.set(tag, Math.max(value, values.get(tag) ?? 0));
  }
  return values;
};
