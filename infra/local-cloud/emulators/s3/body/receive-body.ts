import type { ByteFiles, ByteReader } from '../store/byte-files.ts';
import type { Segment } from '../store/stored-object.ts';
import { type Checksum, type ChecksumAlgorithm, type Digests, startDigests } from './checksums.ts';
import type { IncomingBody } from './incoming-body.ts';

/** Bytes that are in files and are what their sender said; no object has them yet. */
export type ReceivedBody = Digests & {
  segments: Segment[];
  sizeBytes: number;
  checksum: Checksum | undefined;
};

/** Writes and hashes a body as it comes. Rejects, and stores nothing, if it breaks a claim. */
export const receiveBody = async (
  files: ByteFiles,
  body: IncomingBody,
  { maxBytes, algorithms = [] }: { maxBytes: number; algorithms?: readonly ChecksumAlgorithm[] },
): Promise<ReceivedBody> => {
  const digests = startDigests([...body.algorithms, ...algorithms]);
  const options = { maxBytes, onBytes: digests.update };
  const { segments, sizeBytes } = await files.write(body.bytes, options);
  try {
    const { md5, values } = digests.end();
    const checksum = body.verify({ md5, values }, sizeBytes);
    return { segments, sizeBytes, md5, values, checksum };
  } catch (error) {
    files.remove(segments.map(({ file }) => file));
    throw error;
  }
};

/** Hashes bytes that are stored already. */
export const digestStored = async (
  reader: ByteReader,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<Digests> => {
  const digests = startDigests(algorithms);
  for await (const bytes of reader.chunks()) digests.update(bytes);
  return digests.end();
};
