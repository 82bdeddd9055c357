import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { unchunked } from './aws-chunked.ts';
import { refusal } from './refusal.ts';

/** Bytes on their way in, and what they were promised to be. */
export type Payload = {
  bytes: AsyncIterable<Buffer>;
  /** Base64 of checksums, by header name. Those in trailers are known when the bytes have passed. */
  promised: Map<string, string>;
};

const checksumHeaders = ['x-amz-checksum-sha256', 'x-amz-checksum-crc32', 'content-md5'];

/** The body of a PUT, out of its frames if it came in chunks. */
export const payloadOf = (request: IncomingMessage): Payload => {
  const promised = promisesOf(request.headers);
  const isChunked = String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-');
  if (!isChunked) return { bytes: bytesOf(request), promised };

  const trailer = String(request.headers['x-amz-trailer'] ?? '').toLowerCase();
  if (checksumHeaders.includes(trailer)) promised.set(trailer, '');
  const keep = (name: string, value: string) => {
    if (promised.has(name)) promised.set(name, value);
  };
  return { bytes: unchunked(bytesOf(request), keep), promised };
};

/** A request's body. To stop reading does not cut the connection: a refusal is still to be sent. */
export const bytesOf = (request: IncomingMessage): AsyncIterable<Buffer> =>
  request.iterator({ destroyOnReturn: false });

export const promisesOf = (headers: IncomingHttpHeaders | Record<string, string>) => {
  const given = checksumHeaders.map((name) => [name, headers[name]] as const);
  return new Map(given.flatMap(([name, value]) => (value ? [[name, String(value)]] : [])));
};

/**
 * Hashes once: the ETag is the SHA-256, other sums are computed only if they were promised. S3's own
 * ETag is an MD5 for some encryptions and something else for others; nobody may take it for one,
 * nor can this be taken for one, being twice as long. An MD5 costs twice the time.
 */
export const measure = (promised: Payload['promised']) => {
  const sha256 = createHash('sha256');
  const md5 = promised.has('content-md5') ? createHash('md5') : undefined;
  const hasCrc32 = promised.has('x-amz-checksum-crc32');
  let crc = 0;
  return {
    add: (bytes: Buffer) => {
      sha256.update(bytes);
      md5?.update(bytes);
      if (hasCrc32) crc = crc32(bytes, crc);
    },
    /** Throws BadDigest if a promise was not kept. */
    end: () => {
      const digest = sha256.digest();
      const sha = digest.toString('base64');
      const crcBytes = Buffer.alloc(4);
      crcBytes.writeUInt32BE(crc);
      const actual: Record<string, string | undefined> = {
        'content-md5': md5?.digest('base64'),
        'x-amz-checksum-sha256': sha,
        'x-amz-checksum-crc32': crcBytes.toString('base64'),
      };
      for (const [name, value] of promised) {
        if (value !== actual[name]) throw badDigest(name);
      }
      const isPromised = promised.has('x-amz-checksum-sha256');
      return { etag: digest.toString('hex'), sha256: isPromised ? sha : null };
    },
  };
};

const badDigest = (name: string) =>
  refusal('BadDigest', `The ${name} you specified did not match what we received.`);
