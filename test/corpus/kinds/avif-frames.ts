/**
 * A still AVIF, as sharp writes it, whose picture is coded several times one after another: all are
 * decoded and the last is shown.
 */
export const withFrames = (avif: Buffer, frames: number): Buffer => {
  const start = avif.indexOf('mdat', 0, 'latin1') + 4; // it is the last box
  const coded = avif.subarray(start);
  const data = Buffer.concat(Array.from({ length: frames }, () => coded));
  const head = Buffer.from(avif.subarray(0, start));
  head.writeUInt32BE(data.length + 8, start - 8);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(coded.length);
  const places = head.indexOf('iloc', 0, 'latin1');
  head.writeUInt32BE(data.length, head.indexOf(length, places));
  return Buffer.concat([head, data]);
};

/** The same picture with decoder settings (`av1C`) that claim 8 bits and 4:2:0. */
export const sayingLittle = (avif: Buffer): Buffer => {
  const bytes = Buffer.from(avif);
  const settings = bytes.indexOf('av1C', 0, 'latin1') + 4;
  bytes[settings + 1] = (bytes[settings + 1] ?? 0) & 0x1f;
  bytes[settings + 2] = 0x0c;
  return bytes;
};
