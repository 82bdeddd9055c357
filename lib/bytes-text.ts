const units = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** Bytes as people read them, with one decimal: `62 MB`, `4.4 MB`, `700 bytes`. */
export const bytesText = (bytes: number, round: (value: number) => number = Math.round): string => {
  const [unit, size] = units.find(([, one]) => bytes >= one) ?? ['bytes', 1];
  return `${round((bytes * 10) / size) / 10} ${bytes === 1 ? 'byte' : unit}`;
};

/** How much there is, and how much may be. Rounded apart, so that the two never look the same. */
export const tooManyBytesText = (bytes: number, maxBytes: number): string =>
  `${bytesText(bytes, Math.ceil)}; at most ${bytesText(maxBytes, Math.floor)} are taken`;
