/** A TIFF's first directory (TIFF 6.0 §2), as far as its numbers go; BigTIFF's is only wider. */
export type TiffPage = {
  /** The first of a tag's numbers. Where a tag stands twice, the larger one counts. */
  first: (tag: number) => number | undefined;
  /** All of them, at most 64. */
  all: (tag: number) => number[];
  /** Where the offset of the next page stands, and what it is. */
  nextAt: number;
  next: number;
};

const maxNumbers = 64;

type Reader = {
  view: DataView;
  little: boolean;
  isBig: boolean;
  /** A number as wide as offsets are. */
  wide: (at: number) => number;
};

/** Undefined where the directory lies outside the file. */
export const readTiffPage = (bytes: Uint8Array): TiffPage | undefined => {
  const reader = createReader(bytes);
  if (!reader) return undefined;
  const { view, little, isBig, wide } = reader;
  const [entryBytes, countBytes] = isBig ? [20, 8] : [12, 2];
  const directory = wide(isBig ? 8 : 4);
  if (directory + countBytes > bytes.length) return undefined;
  const count = isBig ? wide(directory) : view.getUint16(directory, little);
  const firsts = new Map<number, number>();
  const lists = new Map<number, number[]>();
  let at = directory + countBytes;
  for (let entry = 0; entry < count && at + entryBytes <= bytes.length; entry++) {
    const tag = view.getUint16(at, little);
    const numbers = numbersAt(reader, at);
    firsts.set(tag, Math.max(numbers[0] ?? 0, firsts.get(tag) ?? 0));
    lists.set(tag, numbers);
    at += entryBytes;
  }
  const isWhole = at + (isBig ? 8 : 4) <= bytes.length;
  return {
    first: (tag) => firsts.get(tag),
    all: (tag) => lists.get(tag) ?? [],
    nextAt: at,
    next: isWhole ? wide(at) : 0,
  };
};

const createReader = (bytes: Uint8Array): Reader | undefined => {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getUint8(0) === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  const wide = (at: number) =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  return { view, little, isBig, wide };
};

const widths: Record<number, number> = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };

/** Those of whole numbers without a sign; others are of no use here. */
const numbersAt = ({ view, little, isBig, wide }: Reader, entry: number): number[] => {
  const type = view.getUint16(entry + 2, little);
  const width = widths[type];
  const claimed = wide(entry + 4);
  const valueAt = entry + (isBig ? 12 : 8);
  if (!width) return [wide(valueAt)];
  const isInside = claimed * width <= (isBig ? 8 : 4);
  const start = isInside ? valueAt : wide(valueAt);
  const numbers: number[] = [];
  for (let index = 0; index < Math.min(claimed, maxNumbers); index++) {
    const at = start + index * width;
    if (at + width > view.byteLength) break;
    if (width === 1) numbers.push(view.getUint8(at));
    else if (width === 2) numbers.push(view.getUint16(at, little));
    else if (width === 4) numbers.push(view.getUint32(at, little));
    else numbers.push(Number(view.getBigUint64(at, little)));
  }
  return numbers;
};

/** How many entries the directory at an offset has; 0 for one outside the file. */
export const countTiffEntries = (bytes: Uint8Array, directory: number): number => {
  const reader = createReader(bytes);
  if (!reader || directory + (reader.isBig ? 8 : 2) > bytes.length) return 0;
  return reader.isBig ? reader.wide(directory) : reader.view.getUint16(directory, reader.little);
};
