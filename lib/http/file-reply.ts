import { gzipSync } from 'node:zlib';
import { makeEtag, matchesEtag } from './etag.ts';
import { bytesReply, emptyReply } from './route.ts';

type FileRequest = {
  headers: { 'if-none-match'?: string | undefined; 'accept-encoding'?: string | undefined };
};
type File = { bytes: Uint8Array; type: string; headers?: Record<string, string> };

/**
 * A file that changes only with a release: revalidated by its ETag, and compressed for clients that
 * accept gzip. Each encoding has its own ETag (RFC 9110 §8.8.3.3).
 */
export const fileReply = ({ headers }: FileRequest, file: File) => {
  const makeVariant = acceptsGzip(headers['accept-encoding']) ? gzipped : plain;
  const { bytes, etag, encoding } = makeVariant(file);
  const own = {
    ...file.headers,
    ...encoding,
    etag,
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
  };
  return matchesEtag(headers['if-none-match'], etag)
    ? emptyReply(304, own)
    : bytesReply(200, bytes, file.type, own);
};

type Variant = { bytes: Uint8Array; etag: string; encoding: Record<string, string> };

/** Cached for the life of the process: compressing the largest file takes 30 ms. */
const known = { plain: new WeakMap<object, Variant>(), gzipped: new WeakMap<object, Variant>() };

const plain = ({ bytes }: File): Variant => {
  const variant = known.plain.get(bytes) ?? { bytes, etag: makeEtag(bytes), encoding: {} };
  known.plain.set(bytes, variant);
  return variant;
};

const gzipped = (file: File): Variant => {
  const variant = known.gzipped.get(file.bytes) ?? {
    bytes: gzipSync(file.bytes),
    etag: plain(file).etag.replace(/"$/, '-gzip"'),
    encoding: { 'content-encoding': 'gzip' },
  };
  known.gzipped.set(file.bytes, variant);
  return variant;
};

const acceptsGzip = (accept = ''): boolean =>
  accept
    .toLowerCase()
    .split(',')
    .map((coding) => coding.split(';').map((part) => part.trim()))
    .some(([name, ...rest]) => name === 'gzip' && !rest.some((part) => /^q=0(\.0*)?$/.test(part)));
