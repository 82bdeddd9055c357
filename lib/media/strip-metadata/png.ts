/** What pixels and their colours are made of: PNG, third edition, §11. No profile, text or time. */
const essential = new Set('IHDR PLTE tRNS gAMA cHRM sRGB sBIT cICP mDCV cLLI IDAT IEND'.split(' '));

/**
 * A PNG's own chunks without the rest: text, time, EXIF, profiles, private ones, the further frames
 * of an animation, whatever follows its end. Undefined where a chunk is longer than the file.
 */
export const stripPng = (file: Buffer): Buffer | undefined => {
  const parts = [file.subarray(0, 8)];
  for (let at = 8; at + 12 <= file.length; ) {
    const next = at + 12 + file.readUInt32BE(at);
    if (next > file.length) return undefined;
    const type = file.toString('latin1', at + 4, at + 8);
    if (essential.has(type)) parts.push(file.subarray(at, next));
    if (type === 'IEND') return Buffer.concat(parts);
    at = next;
  }
  return undefined;
};
