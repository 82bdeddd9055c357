const blocks = { extension: 0x21, image: 0x2c, end: 0x3b };
const graphicControl = 0xf9; // says which colour is transparent

/**
 * A GIF's one image without comments, texts and applications' blocks (XMP, ICC): GIF89a §17–§27.
 * Undefined where it has several images.
 */
export const stripGif = (file: Buffer): Buffer | undefined => {
  const first = 13 + paletteBytes(file[10]);
  const parts = [file.subarray(0, first)];
  let images = 0;
  for (let at = first; at < file.length; ) {
    const block = file[at];
    if (block === blocks.end)
      return images === 1 ? Buffer.concat([...parts, Buffer.from([blocks.end])]) : undefined;
    if (block !== blocks.image && block !== blocks.extension) return undefined;
    const isImage = block === blocks.image;
    const data = at + (isImage ? 11 + paletteBytes(file[at + 9]) : 2);
    const next = endOfSubBlocks(file, data);
    if (isImage) images++;
    if (isImage || file[at + 1] === graphicControl) parts.push(file.subarray(at, next));
    at = next;
  }
  return undefined;
};

const paletteBytes = (flags = 0) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** Each begins with its length; one of no length ends them. */
const endOfSubBlocks = (file: Buffer, from: number): number => {
  let at = from;
  for (let length = file[at] ?? 0; length > 0; length = file[at] ?? 0) at += length + 1;
  return at + 1;
};
