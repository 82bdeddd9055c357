import type { Format } from '#lib/images/picture.ts';

/**
 * Whether an animation or a stack of pages has more than `maxFrames` of them. libvips walks them
 * all to read a header, and for WebP in quadratic time: 1.4 MB of one-pixel frames cost it a
 * second, 50 MB for ever. So they are counted here first; the walk ends at `maxFrames` or where the
 * bytes stop making sense, which is the decoder's to judge.
 */
export const exceedsFrames = (maxFrames: number, format: Format, bytes: Uint8Array): boolean => {
  const count = { gif: gifFrames, webp: webpFrames, tiff: tiffPages };
  if (format !== 'gif' && format !== 'webp' && format !== 'tiff') return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frames = 0;
  for (const _ of count[format](view)) if (++frames > maxFrames) return true;
  return false;
};

/** RIFF: every chunk is a name, a length and that many bytes, padded to an even number. */
function* webpFrames(view: DataView) {
  for (let at = 12; at + 8 <= view.byteLength; ) {
    if (view.getUint32(at) === 0x414e4d46) yield at; // ANMF
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length & 1);
  }
}

/** TIFF 6.0 §2; BigTIFF has the same shape with wider numbers. */
function* tiffPages(view: DataView) {
  const little = view.getUint8(0) === 0x49;
  const big = view.getUint16(2, little) === 43;
  const offsetAt = (at: number) =>
    big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const [countBytes, entryBytes, offsetBytes] = big ? [8, 20, 8] : [2, 12, 4];
  for (let at = big ? 8 : 4; at + offsetBytes <= view.byteLength; ) {
    const page = offsetAt(at);
    if (page === 0 || page + countBytes > view.byteLength) return;
    yield page;
    const entries = big ? offsetAt(page) : view.getUint16(page, little);
    at = page + countBytes + entries * entryBytes;
  }
}

/** GIF89a §17–§26: a header, perhaps a palette, then images and extensions made of sub-blocks. */
function* gifFrames(view: DataView) {
  const paletteBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  const byteAt = (at: number) => (at < view.byteLength ? view.getUint8(at) : 0);
  let at = 13 + paletteBytes(byteAt(10));
  while (at < view.byteLength) {
    const block = byteAt(at);
    if (block === 0x2c) {
      yield at;
      at += 11 + paletteBytes(byteAt(at + 9));
    } else if (block === 0x21) at += 2;
    else return;
    for (let length = byteAt(at); length > 0; length = byteAt(at)) at += length + 1;
    at++;
  }
}
