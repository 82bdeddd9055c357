import type { Pixels } from './decode-pixels.ts';

/** TIFF 6.0, sections 2 and 8; 34675 is ICC.1's. */
const tags = {
  width: 256,
  length: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  counts: 279,
  extraSamples: 338,
  profile: 34_675,
};
const stripBytes = 65_536; // libtiff reads one at a time
const maxStrips = 4_096;

/**
 * Pixels as an uncompressed TIFF in memory: the only way to hand libvips raw pixels together with
 * the colour profile that they are in and how they are turned.
 */
export const toTiff = (
  { data, width, height, channels, headroomBytes = 0 }: Pixels,
  { profile, orientation = 1 }: { profile?: Buffer | undefined; orientation?: number },
): Buffer => {
  const rows = Math.max(
    1,
    Math.floor(stripBytes / (width * channels)),
    Math.ceil(height / maxStrips),
  );
  const strips = Math.ceil(height / rows);
  const rowBytes = width * channels;
  const counts = Array.from(
    { length: strips },
    (_, strip) => Math.min(rows, height - strip * rows) * rowBytes,
  );
  const isGrey = channels < 3;
  const entries: [tag: number, values: number[] | Buffer][] = [
    [tags.width, [width]],
    [tags.length, [height]],
    [tags.bits, Array.from({ length: channels }, () => 8)],
    [tags.compression, [1]],
    [tags.photometric, [isGrey ? 1 : 2]],
    [tags.offsets, counts.map((_, strip) => strip * rows * rowBytes)],
    [tags.orientation, [orientation]],
    [tags.samples, [channels]],
    [tags.rowsPerStrip, [rows]],
    [tags.counts, counts],
    ...(channels % 2 ? [] : [[tags.extraSamples, [2]] as [number, number[]]]),
    ...(profile ? [[tags.profile, profile] as [number, Buffer]] : []),
  ];
  const head = writeHeader(entries);
  if (head.length <= headroomBytes) {
    const whole = Buffer.from(
      data.buffer,
      data.byteOffset - head.length,
      head.length + data.length,
    );
    head.copy(whole);
    return whole;
  }
  return Buffer.concat([head, data.subarray(0, rowBytes * height)]);
};

const shortTags = new Set([
  tags.bits,
  tags.compression,
  tags.photometric,
  tags.orientation,
  tags.samples,
  tags.extraSamples,
]);

/** Header, directory and values; the pixels follow, and offsets count from the file's beginning. */
const writeHeader = (entries: [number, number[] | Buffer][]): Buffer => {
  const encoded = entries.map(([tag, values]) => ({ tag, ...encode(tag, values) }));
  const directoryBytes = 2 + 12 * encoded.length + 4;
  const apart = encoded.map(({ value }) =>
    value.length > 4 ? value.length + (value.length & 1) : 0,
  );
  const head = Buffer.alloc(8 + directoryBytes + apart.reduce((sum, one) => sum + one, 0));
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(encoded.length, 8);
  let free = 8 + directoryBytes;
  for (const [index, { tag, type, count, value }] of encoded.entries()) {
    const at = 10 + 12 * index;
    if (tag === tags.offsets)
      for (let strip = 0; strip < count; strip++)
        value.writeUInt32LE(value.readUInt32LE(4 * strip) + head.length, 4 * strip);
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    if (value.length <= 4) value.copy(head, at + 8);
    else {
      head.writeUInt32LE(free, at + 8);
      value.copy(head, free);
      free += apart[index] ?? 0;
    }
  }
  return head;
};

const encode = (tag: number, values: number[] | Buffer) => {
  if (Buffer.isBuffer(values)) return { type: 7, count: values.length, value: values };
  const isShort = shortTags.has(tag);
  const value = Buffer.alloc(values.length * (isShort ? 2 : 4));
  for (const [index, one] of values.entries())
    if (isShort) value.writeUInt16LE(one, 2 * index);
    else value.writeUInt32LE(one, 4 * index);
  return { type: isShort ? 3 : 4, count: values.length, value };
};
