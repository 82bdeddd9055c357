import { crc32 as zlibCrc32 } from 'node:zlib';

/** A running CRC; `base64` is big-endian, as S3 writes it. */
export type RunningCrc = { update(bytes: Uint8Array): void; base64(): string };

export const crc32 = (): RunningCrc => {
  let crc = 0;
  return {
    update: (bytes) => {
      crc = zlibCrc32(bytes, crc);
    },
    base64: () => uint32Base64(crc),
  };
};

// Slicing by 8: table k holds the CRC of each byte that k zero bytes follow.
const castagnoliTables = () => {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first = new Uint32Array(256)] = tables;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    first[byte] = crc;
  }
  for (let slice = 1; slice < 8; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = tables[slice - 1]?.[byte] ?? 0;
      (tables[slice] as Uint32Array)[byte] = (crc >>> 8) ^ (first[crc & 0xff] ?? 0);
    }
  }
  return tables as [U32, U32, U32, U32, U32, U32, U32, U32];
};
type U32 = Uint32Array;
let castagnoli: ReturnType<typeof castagnoliTables> | undefined;

/** CRC-32C (Castagnoli), which Node does not have. */
export const crc32c = (): RunningCrc => {
  castagnoli ??= castagnoliTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = castagnoli;
  let crc = -1;
  return {
    update: (bytes) => {
      let i = 0;
      for (const end = bytes.length - 7; i < end; i += 8) {
        const low = crc ^ littleEndian(bytes, i);
        const high = littleEndian(bytes, i + 4);
        crc =
          at(t7, low & 0xff) ^
          at(t6, (low >>> 8) & 0xff) ^
          at(t5, (low >>> 16) & 0xff) ^
          at(t4, low >>> 24) ^
          at(t3, high & 0xff) ^
          at(t2, (high >>> 8) & 0xff) ^
          at(t1, (high >>> 16) & 0xff) ^
          at(t0, high >>> 24);
      }
      for (; i < bytes.length; i++) {
        crc = (crc >>> 8) ^ at(t0, (crc ^ (bytes[i] as number)) & 0xff);
      }
    },
    base64: () => uint32Base64(~crc >>> 0),
  };
};

const at = (table: Uint32Array | Int32Array, index: number) => table[index] as number;

const littleEndian = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

const uint32Base64 = (crc: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
};

const nvmePolynomial = 0x9a6c9329ac4bc9b5n; // reflected

// As above; a CRC of 64 bits is a low and a high half.
const nvmeTables = () => {
  const values = Array.from({ length: 8 }, () => new BigUint64Array(256));
  const [first = new BigUint64Array(256)] = values;
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ nvmePolynomial : crc >> 1n;
    first[byte] = crc;
  }
  for (let slice = 1; slice < 8; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = values[slice - 1]?.[byte] ?? 0n;
      (values[slice] as BigUint64Array)[byte] = (crc >> 8n) ^ (first[Number(crc & 0xffn)] ?? 0n);
    }
  }
  const half = (shift: bigint) =>
    Int32Array.from(
      values.flatMap((table) => [...table]),
      (crc) => Number(BigInt.asIntN(32, crc >> shift)),
    );
  return { low: half(0n), high: half(32n) };
};
let nvme: ReturnType<typeof nvmeTables> | undefined;

/** CRC-64/NVME, the default of the newer AWS clients. */
export const crc64nvme = (): RunningCrc => {
  nvme ??= nvmeTables();
  const { low: lowTable, high: highTable } = nvme;
  let low = -1;
  let high = -1;
  return {
    update: (bytes) => {
      let i = 0;
      for (const end = bytes.length - 7; i < end; i += 8) {
        const a = low ^ littleEndian(bytes, i);
        const b = high ^ littleEndian(bytes, i + 4);
        const i7 = 0x700 | (a & 0xff);
        const i6 = 0x600 | ((a >>> 8) & 0xff);
        const i5 = 0x500 | ((a >>> 16) & 0xff);
        const i4 = 0x400 | (a >>> 24);
        const i3 = 0x300 | (b & 0xff);
        const i2 = 0x200 | ((b >>> 8) & 0xff);
        const i1 = 0x100 | ((b >>> 16) & 0xff);
        const i0 = b >>> 24;
        low = at(lowTable, i7) ^ at(lowTable, i6) ^ at(lowTable, i5) ^ at(lowTable, i4);
        low ^= at(lowTable, i3) ^ at(lowTable, i2) ^ at(lowTable, i1) ^ at(lowTable, i0);
        high = at(highTable, i7) ^ at(highTable, i6) ^ at(highTable, i5) ^ at(highTable, i4);
        high ^= at(highTable, i3) ^ at(highTable, i2) ^ at(highTable, i1) ^ at(highTable, i0);
      }
      for (; i < bytes.length; i++) {
        const index = (low ^ (bytes[i] as number)) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (lowTable[index] as number);
        high = (high >>> 8) ^ (highTable[index] as number);
      }
    },
    base64: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(~high, 0);
      bytes.writeInt32BE(~low, 4);
      return bytes.toString('base64');
    },
  };
};

const polynomials = {
  CRC32: { polynomial: 0xedb88320n, width: 32n },
  CRC32C: { polynomial: 0x82f63b78n, width: 32n },
  CRC64NVME: { polynomial: nvmePolynomial, width: 64n },
} as const;
export type CrcAlgorithm = keyof typeof polynomials;

export const isCrc = (algorithm: string): algorithm is CrcAlgorithm =>
  Object.hasOwn(polynomials, algorithm);

/**
 * The CRC of all parts one after the other, from the CRC and length of each: a CRC that n bytes
 * follow is multiplied by x^8n modulo the polynomial.
 */
export const combineCrcs = (
  algorithm: CrcAlgorithm,
  parts: readonly { base64: string; sizeBytes: number }[],
): string => {
  const { polynomial, width } = polynomials[algorithm];
  const one = 1n << (width - 1n); // the first bit is the lowest power: reflected
  const multiply = (a: bigint, b: bigint) => {
    let product = 0n;
    let factor = b;
    for (let bit = one; bit > 0n; bit >>= 1n) {
      if (a & bit) product ^= factor;
      factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
    }
    return product;
  };
  const powerOfX = (exponent: bigint) => {
    let power = one;
    let square = one >> 1n;
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) power = multiply(power, square);
      square = multiply(square, square);
    }
    return power;
  };
  const shifts = new Map<number, bigint>(); // parts are mostly of one size
  const combined = parts.reduce((crc, { base64, sizeBytes }) => {
    const shift = shifts.get(sizeBytes) ?? powerOfX(BigInt(sizeBytes) * 8n);
    shifts.set(sizeBytes, shift);
    return multiply(crc, shift) ^ BigInt(`0x0${Buffer.from(base64, 'base64').toString('hex')}`);
  }, 0n);
  const hex = combined.toString(16).padStart(Number(width) / 4, '0');
  return Buffer.from(hex, 'hex').toString('base64');
};
