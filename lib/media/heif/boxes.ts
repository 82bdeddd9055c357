/** A box of ISO 14496-12: a type, where it begins, and where its contents begin and end. */
export type Box = { type: string; at: number; start: number; end: number };

/** The box that begins `at`; undefined where it is longer than what it is in. */
export const readBox = (bytes: Buffer, at: number, end: number): Box | undefined => {
  if (at + 8 > end || at + 8 > bytes.length) return undefined;
  const short = bytes.readUInt32BE(at);
  const isLong = short === 1 && at + 16 <= bytes.length;
  const size = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short || end - at;
  const start = at + (isLong ? 16 : 8);
  if (at + size < start || at + size > end) return undefined;
  return { type: bytes.toString('latin1', at + 4, at + 8), at, start, end: at + size };
};

/** All boxes in a row, up to the first that makes no sense. */
export const readBoxes = (bytes: Buffer, start: number, end: number): Box[] => {
  const boxes: Box[] = [];
  for (let box = readBox(bytes, start, end); box; box = readBox(bytes, box.end, end))
    boxes.push(box);
  return boxes;
};

/** Reads big-endian numbers one after another; beyond the end it throws a RangeError. */
export const cursor = (bytes: Buffer, start: number) => {
  let at = start;
  const skip = (length: number) => {
    at += length;
  };
  const next = (width: number): number => {
    skip(width);
    if (width === 8) return Number(bytes.readBigUInt64BE(at - 8));
    return width === 0 ? 0 : bytes.readUIntBE(at - width, width);
  };
  return { next, skip, at: () => at };
};
