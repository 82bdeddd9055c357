/** What the AV1 data of one picture says that it is. */
export type Av1 = {
  /** Coded frames. All are decoded, although only the last is shown. */
  frames: number;
  /** Of the largest frame. */
  pixels: number;
  /** Of one decoded pixel, all its planes together. */
  bytesPerPixel: number;
};

const maxUnits = 10_000; // twice what the largest picture in the smallest tiles has

/** AV1 specification §6.2.2. */
const types = { sequence: 1, frameHeader: 3, frame: 6 };

/**
 * Walks the open bitstream units of AV1 (specification §5.3 to §5.5) without decoding any, up to
 * where they make no sense: there the decoder ends, too. Where there are several sequence headers,
 * the dearest counts. Undefined where there are more units than a picture needs.
 */
export const readAv1 = (data: Uint8Array): Av1 | undefined => {
  const found: Av1 = { frames: 0, pixels: 0, bytesPerPixel: 0 };
  let units = 0;
  for (let unit = unitAt(data, 0); unit; unit = unitAt(data, unit.end)) {
    if (++units > maxUnits) return undefined;
    if (unit.type === types.frame || unit.type === types.frameHeader) found.frames++;
    if (unit.type !== types.sequence) continue;
    const sequence = sequenceIn(data.subarray(unit.start, unit.end));
    if (!sequence) break;
    found.pixels = Math.max(found.pixels, sequence.pixels);
    found.bytesPerPixel = Math.max(found.bytesPerPixel, sequence.bytesPerPixel);
  }
  return found;
};

const unitAt = (data: Uint8Array, at: number) => {
  const head = data[at];
  if (head === undefined || head & 0x80) return undefined;
  const [hasExtension, hasSize] = [head & 4, head & 2];
  const size = leb128(data, at + (hasExtension ? 2 : 1));
  if (!size || !hasSize) return undefined;
  return { type: (head >> 3) & 15, start: size.next, end: size.next + size.value };
};

/** §4.10.5: seven bits a byte, the lowest first, at most eight bytes. */
const leb128 = (data: Uint8Array, start: number) => {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = data[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  return undefined;
};

const samplesPerPixel = [1.5, 3, 3]; // by profile: 4:2:0, 4:4:4, anything

/** §5.5.1, as far as the size and, of a still picture's short header, the depth. */
const sequenceIn = (data: Uint8Array) => {
  const { read, isBeyond } = createBitReader(data);
  const profile = read(3);
  read(1); // a still picture
  const isReduced = read(1) === 1;
  if (isReduced)
    read(5); // level
  else skipOperatingPoints(read);
  const [widthBits, heightBits] = [read(4) + 1, read(4) + 1];
  const pixels = (read(widthBits) + 1) * (read(heightBits) + 1);
  if (isReduced) read(3 + 3); // block size and filters; superres, cdef, restoration
  // What lies between in a long header is not worth walking through: it may well be deep.
  const isDeep = isReduced ? read(1) === 1 : true;
  const samples = samplesPerPixel[profile];
  if (isBeyond() || samples === undefined) return undefined;
  return { pixels, bytesPerPixel: samples * (isDeep ? 2 : 1) };
};

type Read = (bits: number) => number;

const skipOperatingPoints = (read: Read) => {
  const hasTiming = read(1) === 1;
  if (hasTiming) {
    read(32 + 32);
    if (read(1) === 1) skipVariableLength(read);
  }
  const hasModel = hasTiming && read(1) === 1;
  const delayBits = hasModel ? read(5) + 1 : 0;
  if (hasModel) read(32 + 5 + 5);
  const hasDelay = read(1) === 1;
  for (let points = read(5) + 1; points > 0; points--) {
    read(12);
    if (read(5) > 7) read(1); // level and tier
    if (hasModel && read(1) === 1) read(2 * delayBits + 1);
    if (hasDelay && read(1) === 1) read(4);
  }
};

/** §4.10.3 */
const skipVariableLength = (read: Read) => {
  let zeros = 0;
  while (zeros < 32 && read(1) === 0) zeros++;
  if (zeros < 32) read(zeros);
};

/** Numbers of any width, the highest bit first; zeros beyond the end. */
const createBitReader = (data: Uint8Array) => {
  let at = 0;
  const read: Read = (bits) => {
    let value = 0;
    for (const end = at + bits; at < end; at++)
      value = value * 2 + (((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  return { read, isBeyond: () => at > data.length * 8 };
};
