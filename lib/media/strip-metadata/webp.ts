const animated = ['ANIM', 'ANMF'];
const essential = ['ALPH', 'VP8 ', 'VP8L'];
const alphaFlag = 0x10;

/**
 * A still WebP's pixels without its profile, EXIF and XMP. WebP container specification: RIFF
 * chunks, padded to even lengths; VP8X announces what follows. Undefined where it moves.
 */
export const stripWebp = (file: Buffer): Buffer | undefined => {
  const parts: Buffer[] = [];
  const end = Math.min(file.length, 8 + file.readUInt32LE(4));
  for (let at = 12; at + 8 <= end; ) {
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    if (at + 8 + length > file.length || animated.includes(type)) return undefined;
    const next = at + 8 + length + (length & 1);
    if (type === 'VP8X') parts.push(onlyAlphaIn(file.subarray(at, next)));
    else if (essential.includes(type)) parts.push(padded(file.subarray(at, next), next - at));
    at = next;
  }
  const body = Buffer.concat(parts);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
};

const onlyAlphaIn = (chunk: Buffer): Buffer => {
  const copy = Buffer.from(chunk);
  copy[8] = (copy[8] ?? 0) & alphaFlag;
  return copy;
};

/** Some writers leave the padding of the last chunk out. */
const padded = (chunk: Buffer, length: number): Buffer =>
  chunk.length === length ? chunk : Buffer.concat([chunk, Buffer.alloc(length - chunk.length)]);
