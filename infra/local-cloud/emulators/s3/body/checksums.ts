import { createHash } from 'node:crypto';
import { S3Error } from '../s3-error.ts';
import { combineCrcs, crc32, crc32c, crc64nvme, isCrc } from './crc.ts';

const hash = (name: string) => () => {
  const running = createHash(name);
  return {
    update: (bytes: Uint8Array) => void running.update(bytes),
    base64: () => running.digest('base64'),
  };
};

// XXHASH3, -64 and -128 are answered with 501: Node has none of them.
const algorithms = {
  CRC32: { start: crc32, sizeBytes: 4 },
  CRC32C: { start: crc32c, sizeBytes: 4 },
  CRC64NVME: { start: crc64nvme, sizeBytes: 8 },
  MD5: { start: hash('md5'), sizeBytes: 16 },
  SHA1: { start: hash('sha1'), sizeBytes: 20 },
  SHA256: { start: hash('sha256'), sizeBytes: 32 },
  SHA512: { start: hash('sha512'), sizeBytes: 64 },
} as const;

export type ChecksumAlgorithm = keyof typeof algorithms;
/** COMPOSITE: the checksum of the parts' checksums, `-` and their number. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';
/** `value` is base64. */
export type Checksum = { algorithm: ChecksumAlgorithm; value: string; type: ChecksumType };

export const checksumAlgorithms = Object.keys(algorithms) as ChecksumAlgorithm[];

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** Throws NotImplemented for an algorithm that S3 may know and this one does not. */
export const parseAlgorithm = (text: string): ChecksumAlgorithm => {
  const name = text.trim().toUpperCase();
  const algorithm = checksumAlgorithms.find((one) => one === name);
  if (algorithm) return algorithm;
  throw new S3Error('NotImplemented', `The checksum algorithm ${text} is not implemented.`);
};

/** Throws InvalidRequest unless the text is the base64 of as many bytes as the checksum has. */
export const checkChecksumValue = (algorithm: ChecksumAlgorithm, value: string): void => {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === algorithms[algorithm].sizeBytes && bytes.toString('base64') === value) {
    return;
  }
  const message = `Value for ${checksumHeader(algorithm)} header is invalid.`;
  throw new S3Error('InvalidRequest', message);
};

export type Digests = { md5: string; values: Map<ChecksumAlgorithm, string> };

/**
 * Hashes bytes once: always with MD5, which is the ETag, and with the other requested algorithms.
 */
export const startDigests = (wanted: Iterable<ChecksumAlgorithm>) => {
  const md5 = createHash('md5');
  const running = [...new Set(wanted)].map(
    (algorithm) => [algorithm, algorithms[algorithm].start()] as const,
  );
  return {
    update: (bytes: Uint8Array): void => {
      md5.update(bytes);
      for (const [, one] of running) one.update(bytes);
    },
    end: (): Digests => ({
      md5: md5.digest('hex'),
      values: new Map(running.map(([algorithm, one]) => [algorithm, one.base64()])),
    }),
  };
};

/** The checksum of an object from those of its parts. */
export const combineChecksums = (
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly { value: string; sizeBytes: number }[],
): Checksum => {
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) {
    const crcs = parts.map(({ value, sizeBytes }) => ({ base64: value, sizeBytes }));
    return { algorithm, type, value: combineCrcs(algorithm, crcs) };
  }
  const running = algorithms[algorithm].start();
  for (const { value } of parts) running.update(Buffer.from(value, 'base64'));
  return { algorithm, type: 'COMPOSITE', value: `${running.base64()}-${parts.length}` };
};

/**
 * What an upload in parts has when its client names no type, or a type that fits the algorithm:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const multipartChecksumType = (
  algorithm: ChecksumAlgorithm,
  wanted: string | undefined,
): ChecksumType => {
  const type = wanted?.toUpperCase() ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const fits =
    (type === 'FULL_OBJECT' && isCrc(algorithm)) ||
    (type === 'COMPOSITE' && algorithm !== 'CRC64NVME');
  if (fits) return type as ChecksumType;
  const message = `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`;
  throw new S3Error('InvalidRequest', message);
};
