/** Markers of ITU-T T.81, table B.1. */
const markers = {
  baseline: 0xc0,
  extended: 0xc1,
  huffman: 0xc4,
  scan: 0xda,
  restart: 0xdd,
  end: 0xd9,
};

type Component = { id: number; across: number; down: number; dc: number; ac: number };
type Table = { lookup: Int16Array; maxCode: Int32Array; offset: Int32Array; values: Uint8Array };
type Frame = { width: number; height: number; components: Component[] };

/**
 * How many of a JPEG's blocks of pixels have no data in the file, as a share from 0 to 1, found by
 * walking through its Huffman codes (ITU-T T.81 §F.2) without computing a pixel. Only sequential
 * JPEGs with all components in one scan are walked, which is what cameras write; undefined for
 * others. Takes some 10 ns for each bit of the file, so it is for files in doubt only.
 */
export const missingJpegShare = (bytes: Uint8Array): number | undefined => {
  const tables = new Map<number, Table>();
  let frame: Frame | undefined;
  let restartEvery = 0;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) {
      at++; // junk between segments, which decoders skip
      continue;
    }
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd8)) {
      at++;
      continue;
    }
    const end = at + 2 + u16(bytes, at + 2);
    if (marker === markers.end || end > bytes.length) return undefined;
    const segment = bytes.subarray(at + 4, end);
    if (marker === markers.baseline || marker === markers.extended) frame = readFrame(segment);
    else if (marker === markers.huffman) readTables(segment, tables);
    else if (marker === markers.restart) restartEvery = u16(segment, 0);
    else if (marker === markers.scan) {
      if (!frame || !assignTables(frame, segment)) return undefined;
      return walk(bytes, end, frame, tables, restartEvery);
    }
    at = end;
  }
  return undefined;
};

const u16 = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const readFrame = (segment: Uint8Array): Frame => ({
  height: u16(segment, 1),
  width: u16(segment, 3),
  components: Array.from({ length: segment[5] ?? 0 }, (_, index) => {
    const factors = segment[7 + 3 * index] ?? 0x11;
    return {
      id: segment[6 + 3 * index] ?? 0,
      across: Math.max(1, factors >> 4),
      down: Math.max(1, factors & 15),
      dc: 0,
      ac: 0,
    };
  }),
});

/** False where the scan holds some of the components only. */
const assignTables = ({ components }: Frame, segment: Uint8Array): boolean => {
  if (segment[0] !== components.length) return false;
  for (const [index, component] of components.entries()) {
    const choice = segment[2 + 2 * index] ?? 0;
    component.dc = choice >> 4;
    component.ac = 16 | (choice & 15);
  }
  return true;
};

/** §C.2: codes of each length follow one another; by class and number, the class being 0 or 16. */
const readTables = (segment: Uint8Array, tables: Map<number, Table>): void => {
  for (let at = 0; at + 17 <= segment.length; ) {
    const id = segment[at] ?? 0;
    const maxCode = new Int32Array(18).fill(-1);
    const offset = new Int32Array(17);
    const lookup = new Int16Array(256).fill(-1);
    const values = segment.subarray(at + 17);
    let [code, index] = [0, 0];
    for (let length = 1; length <= 16; length++) {
      offset[length] = index - code;
      for (let left = segment[at + length] ?? 0; left > 0; left--) {
        if (length <= 8)
          lookup.fill(
            (length << 8) | (values[index] ?? 0),
            code << (8 - length),
            (code + 1) << (8 - length),
          );
        code++;
        index++;
      }
      maxCode[length] = code - 1;
      code <<= 1;
    }
    tables.set(id, { lookup, maxCode, offset, values });
    at += 17 + index;
  }
};

const walk = (
  bytes: Uint8Array,
  start: number,
  { width, height, components }: Frame,
  tables: Map<number, Table>,
  restartEvery: number,
): number | undefined => {
  const isSingle = components.length === 1;
  const across = Math.max(...components.map((one) => one.across));
  const down = Math.max(...components.map((one) => one.down));
  const [unitWidth, unitHeight] = isSingle ? [8, 8] : [8 * across, 8 * down];
  const total = Math.ceil(width / unitWidth) * Math.ceil(height / unitHeight);
  const blocks: [Table, Table][] = [];
  for (const one of components) {
    const [dc, ac] = [tables.get(one.dc), tables.get(one.ac)];
    if (!dc || !ac) return undefined;
    for (let count = isSingle ? 1 : one.across * one.down; count > 0; count--)
      blocks.push([dc, ac]);
  }
  const bits = createBitReader(bytes, start);
  let done = 0;
  while (done < total) {
    const until = restartEvery ? Math.min(total, done + restartEvery) : total;
    let missing = 0;
    for (; done < until; done++) {
      for (const [dc, ac] of blocks) skipBlock(bits, dc, ac);
      if (bits.isBeyond()) missing++;
    }
    if (missing > 0 && !restartEvery) return missing / total;
    if (missing > 1) return missing / total;
    if (done < total && !bits.restart()) return (total - done) / total;
  }
  return 0;
};

type Bits = ReturnType<typeof createBitReader>;

/** §F.2.2.1 and §F.2.2.2: the difference of the DC value, then runs of zeros and AC values. */
const skipBlock = (bits: Bits, dc: Table, ac: Table): void => {
  bits.skip(bits.symbol(dc));
  for (let index = 1; index < 64 && !bits.isBeyond(); index++) {
    const symbol = bits.symbol(ac);
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) return;
    index += symbol >> 4;
    bits.skip(size);
  }
};

/** Bits of entropy-coded data up to the next marker; zeros behind it. A stuffed zero follows each FF. */
const createBitReader = (bytes: Uint8Array, start: number) => {
  let at = start;
  let [held, count, padding] = [0, 0, 0];

  const fill = (): void => {
    while (count <= 16) {
      let byte = bytes[at];
      if (byte === undefined || (byte === 0xff && bytes[at + 1] !== 0)) {
        byte = 0;
        padding += 8;
      } else at += byte === 0xff ? 2 : 1;
      held = ((held << 8) | byte) & 0xffffff;
      count += 8;
    }
  };
  const symbol = ({ lookup, maxCode, offset, values }: Table): number => {
    fill();
    const found = lookup[(held >> (count - 8)) & 0xff] ?? -1;
    if (found >= 0) {
      count -= found >> 8;
      return found & 0xff;
    }
    for (let length = 9; length <= 16; length++) {
      const code = (held >> (count - length)) & ((1 << length) - 1);
      if (code > (maxCode[length] ?? -1)) continue;
      count -= length;
      return values[code + (offset[length] ?? 0)] ?? 0;
    }
    count -= 16; // no such code: damaged, and read on as decoders do
    return 0;
  };
  const skip = (length: number): void => {
    fill();
    count -= length;
  };
  /** More was taken than was there before the marker. */
  const isBeyond = () => padding > count;
  /** Goes on behind the next restart marker, if there is one. */
  const restart = (): boolean => {
    while (at + 1 < bytes.length) {
      const next = bytes[at + 1] ?? 0;
      if (bytes[at] === 0xff && next >= 0xd0 && next <= 0xd7) {
        at += 2;
        [held, count, padding] = [0, 0, 0];
        return true;
      }
      if (bytes[at] === 0xff && next !== 0 && next !== 0xff) return false;
      at++;
    }
    return false;
  };
  return { symbol, skip, isBeyond, restart };
};
