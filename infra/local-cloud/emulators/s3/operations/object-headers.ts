import {
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  multipartChecksumType,
  parseAlgorithm,
} from '../body/checksums.ts';
import { notImplemented, S3Error } from '../s3-error.ts';

type Headers = Readonly<Record<string, string>>;

const storedNames = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
]);
const maxMetadataBytes = 2 * 1024;

// A form or a query may name metadata as no header could be named.
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

// Headers that request protection which is not implemented here.
const refusedHeaders = [
  /^x-amz-server-side-encryption-(?!bucket-key-enabled)/,
  /^x-amz-object-lock-/,
  /^x-amz-write-offset-bytes$/,
];

/**
 * Throws for a header that requests what is not implemented: other ACLs, customer keys, object
 * lock.
 */
export const checkWriteHeaders = (headers: Headers): void => {
  for (const name of Object.keys(headers)) {
    if (refusedHeaders.some((pattern) => pattern.test(name))) throw notImplemented(name);
  }
  const encryption = headers['x-amz-server-side-encryption'];
  if (encryption !== undefined && encryption !== 'AES256') {
    throw notImplemented('x-amz-server-side-encryption');
  }
  const acl = headers['x-amz-acl'] ?? 'private';
  const isGranting = Object.keys(headers).some((name) => name.startsWith('x-amz-grant-'));
  if (isGranting || !['private', 'bucket-owner-full-control'].includes(acl)) {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
};

/** What an object is stored with: Content-Type and its kind, and x-amz-meta-…. */
export const storedHeaders = (headers: Headers): Record<string, string> => {
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const isMetadata = name.startsWith('x-amz-meta-');
    if (isMetadata && !headerName.test(name)) {
      throw new S3Error('InvalidArgument', 'The name of a metadata header is invalid.');
    }
    if (isMetadata) metadataBytes += name.length - 'x-amz-meta-'.length + value.length;
    if (isMetadata || (storedNames.has(name) && value !== '')) stored[name] = value;
  }
  if (metadataBytes > maxMetadataBytes) {
    const message = 'Your metadata headers exceed the maximum allowed metadata size';
    throw new S3Error('MetadataTooLarge', message, { MaxSizeAllowed: maxMetadataBytes });
  }
  if (stored['x-amz-storage-class'] === 'STANDARD') delete stored['x-amz-storage-class'];
  const encoding = stored['content-encoding']?.replace(/aws-chunked\s*,?/, '').trim();
  if (encoding === '') delete stored['content-encoding'];
  else if (encoding) stored['content-encoding'] = encoding;
  return stored;
};

/** The response headers of an object. */
export const checksumHeaders = (checksum: Checksum | null | undefined): Record<string, string> =>
  checksum
    ? {
        [checksumHeader(checksum.algorithm)]: checksum.value,
        'x-amz-checksum-type': checksum.type,
      }
    : {};

/** As elements of a result. */
export const checksumElements = (checksum: Checksum | null | undefined) =>
  checksum
    ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }
    : {};

/** The algorithm and type that an upload in parts was begun with. */
export const uploadChecksum = (headers: Headers) => {
  const name = headers['x-amz-checksum-algorithm'];
  const wanted = headers['x-amz-checksum-type'];
  if (name !== undefined) {
    const algorithm = parseAlgorithm(name);
    return { algorithm, type: multipartChecksumType(algorithm, wanted) };
  }
  if (wanted === undefined) return undefined;
  const message =
    'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.';
  throw new S3Error('InvalidRequest', message);
};

/** The checksum that was computed, as one of a whole object. */
export const wholeChecksum = (
  values: ReadonlyMap<ChecksumAlgorithm, string>,
  algorithm: ChecksumAlgorithm | undefined,
): Checksum | undefined => {
  const value = algorithm && values.get(algorithm);
  return algorithm && value ? { algorithm, value, type: 'FULL_OBJECT' } : undefined;
};
