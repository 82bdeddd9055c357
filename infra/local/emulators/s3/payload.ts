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

/** Counts nothing twice: MD5 is the ETag, anything else is computed only if it was promised. */
export const measure = (promised: Payload['promised']) => {
  const md5 = createHash('md5');
  const sha256 = promised.has('x-amz-checksum-sha256') ? createHash('sha256') : undefined;
  const hasCrc32 = promised.has('x-amz-checksum-crc32');
  let crc = 0;
  return {
    add: (bytes: Buffer) => {
      md5.update(bytes);
      sha256?.update(bytes);
      if (hasCrc32) crc = crc32(bytes, crc);
    },
    /** Throws BadDigest if a promise was not kept. */
    end: () => {
      const digest = md5.digest();
      const sha = sha256?.digest('base64');
      const crcBytes = Buffer.alloc(4);
      crcBytes.writeUInt32BE(crc);
      const actual: Record<string, string | undefined> = {
        'content-md5': digest.toString('base64'),
        'x-amz-checksum-sha256': sha,
        'x-amz-checksum-crc32': crcBytes.toString('base64'),
      };
      for (const [name, value] of promised) {
        if (value !== actual[name]) throw badDigest(name);
      }
      return { etag: digest.toString('hex'), sha256: sha ?? null };
    },
  };
};

const badDigest = (name: string) =>
  refusal('BadDigest', `The ${name} you specified did not match what we received.`);
