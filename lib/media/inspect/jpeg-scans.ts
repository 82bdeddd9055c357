/** Start of scan (ITU-T T.81, table B.1). */
const scan = 0xda;

/** Baseline, extended and progressive frames: those whose coefficients are read here. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xc2;
/** Neither a stuffed zero nor padding nor a marker inside a scan: that has no length. */
const hasLength = (marker: number) =>
  marker !== 0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd9);

/** The lowest bit of each coefficient that has come, by component; 16 where none has. */
type Coefficients = Map<number, Uint8Array>;
const isMissing = 16;

/**
 * Whether scans are missing at the end of a JPEG, so that some coefficient of some component has not
 * come down to its last bit (ITU-T T.81 §G.1.1.1). Decoders draw what there is, coarser or without
 * one of its colours, and say nothing. An encoder may mean to stop there, so this condemns only a
 * file that also lacks its end marker.
 */
export const lacksScans = (bytes: Uint8Array): boolean => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const coefficients: Coefficients = new Map();
  for (let at = file.indexOf(0xff, 2); at >= 0 && at + 4 <= file.length; ) {
    const marker = file[at + 1] ?? 0;
    if (!hasLength(marker)) {
      at = file.indexOf(0xff, at + (marker === 0xff ? 1 : 2));
      continue;
    }
    const end = at + 2 + file.readUInt16BE(at + 2);
    const segment = file.subarray(at + 4, end);
    if (isFrame(marker)) addComponents(coefficients, segment);
    else if (marker === scan) addScan(coefficients, segment);
    at = file.indexOf(0xff, end); // over the data of a scan, up to its next marker
  }
  return [...coefficients.values()].some((bits) => bits.some((lowest) => lowest > 0));
};

/** §B.2.2: six bytes, then three for each component. */
const addComponents = (coefficients: Coefficients, segment: Buffer): void => {
  for (let at = 6; at + 3 <= segment.length; at += 3)
    coefficients.set(segment[at] ?? 0, new Uint8Array(64).fill(isMissing));
};

/** §B.2.3: components, then first and last coefficient and the bit at which they stop. */
const addScan = (coefficients: Coefficients, segment: Buffer): void => {
  const count = segment[0] ?? 0;
  const [first = 0, last = 63, approximation = 0] = segment.subarray(1 + 2 * count);
  for (let index = 0; index < count; index++)
    coefficients.get(segment[1 + 2 * index] ?? 0)?.fill(approximation & 15, first, last + 1);
};
