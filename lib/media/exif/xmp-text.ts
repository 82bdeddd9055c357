/** XMP is UTF-8 in nearly all files; the specification allows UTF-16 outside of JPEG (part 1, §6). */
export const xmpText = (bytes: Buffer): string => {
  const mark = bytes.toString('hex', 0, 2);
  if (mark === 'fffe' || bytes[1] === 0) return bytes.toString('utf16le');
  if (mark !== 'feff' && bytes[0] !== 0) return bytes.toString('utf8');
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
};
