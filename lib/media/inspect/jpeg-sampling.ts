/** SOF0 to SOF15 of ITU-T T.81, table B.1, without the tables and extensions between them. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const scan = 0xda;

/**
 * How many samples a JPEG has for each pixel: of three components 1.5 where two of them are halved
 * in both directions (4:2:0), 3 where none is. Undefined where there is no frame before the first
 * scan. libvips does not say: it calls everything 4:2:0 that has a sampling factor above one.
 */
export const countJpegSamplesPerPixel = (bytes: Uint8Array): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // fill bytes may precede any marker
      continue;
    }
    if (marker === scan) return undefined;
    const next = at + 2 + view.getUint16(at + 2);
    if (next > bytes.length) return undefined;
    if (isFrame(marker)) return samplesIn(bytes.subarray(at + 4, next));
    at = next;
  }
  return undefined;
};

/** T.81 §B.2.2: after depth, height, width and a count, three bytes for each component. */
const samplesIn = (frame: Uint8Array): number | undefined => {
  const components = Array.from({ length: frame[5] ?? 0 }, (_, index) => {
    const factors = frame[6 + index * 3 + 1] ?? 0;
    return { across: factors >> 4, down: factors & 15 };
  });
  const most = (way: 'across' | 'down') => Math.max(...components.map((one) => one[way]));
  const all = components.reduce((sum, { across, down }) => sum + across * down, 0);
  return all > 0 ? all / (most('across') * most('down')) : undefined;
};
