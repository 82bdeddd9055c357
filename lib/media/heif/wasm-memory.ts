const memorySection = 5;
const pageBytes = 65_536;

/**
 * A WebAssembly module whose memory cannot grow beyond a limit (WebAssembly 2.0 §5.5.8): what a
 * file makes a decoder allocate then fails inside, and never takes the process with it. The number
 * is encoded in the same width, so that nothing else moves. Throws where the module has no such
 * number.
 */
export const limitMemory = (module: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> => {
  const copy = new Uint8Array(module);
  for (let at = 8; at < copy.length; ) {
    const id = copy[at];
    const length = readLeb(copy, at + 1);
    if (id === memorySection) {
      const flags = length.next + 1; // behind the count of memories
      const initial = readLeb(copy, flags + 1);
      const limit = readLeb(copy, initial.next);
      if (((copy[flags] ?? 0) & 1) === 0) break;
      const pages = Math.min(limit.value, Math.floor(maxBytes / pageBytes));
      writeLeb(copy, initial.next, limit.next - initial.next, pages);
      return copy;
    }
    at = length.next + length.value;
  }
  throw new Error('The WebAssembly module states no limit of its memory.');
};

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
const readLeb = (bytes: Uint8Array, start: number) => {
  let value = 0;
  for (let index = 0; ; index++) {
    const byte = bytes[start + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
};

const writeLeb = (bytes: Uint8Array, start: number, width: number, value: number): void => {
  for (let index = 0; index < width; index++)
    bytes[start + index] =
      (Math.floor(value / 2 ** (7 * index)) & 0x7f) | (index < width - 1 ? 0x80 : 0);
};
