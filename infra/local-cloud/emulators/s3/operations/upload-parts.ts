import { type Checksum, type ChecksumAlgorithm, checksumAlgorithms } from '../body/checksums.ts';
import { digestStored, receiveBody } from '../body/receive-body.ts';
import type { S3Request } from '../requests/s3-request.ts';
import { S3Error } from '../s3-error.ts';
import { sliceSegments } from '../store/byte-files.ts';
import type { StoredObject, Upload } from '../store/stored-object.ts';
import type { UploadAddress } from '../store/upload-store.ts';
import { findSource } from './copy-object.ts';
import {
  checksumHeaders,
  checkWriteHeaders,
  storedHeaders,
  uploadChecksum,
  wholeChecksum,
} from './object-headers.ts';
import { type Operation, quoted, toIso, xmlNamespace } from './operation.ts';
import { maxPutBytes, openBody } from './put-object.ts';
import { parseTagHeader } from './tags.ts';

const maxParts = 10_000;

export const createMultipartUpload: Operation = ({ bucket, key, headers }, { uploads }) => {
  checkWriteHeaders(headers);
  const checksum = uploadChecksum(headers);
  const id = uploads.begin(bucket, key, {
    headers: storedHeaders(headers),
    tags: parseTagHeader(headers['x-amz-tagging']),
    checksum,
  });
  return {
    headers: {
      'x-amz-checksum-algorithm': checksum?.algorithm,
      'x-amz-checksum-type': checksum?.type,
    },
    xml: [
      'InitiateMultipartUploadResult',
      { ...xmlNamespace, Bucket: bucket, Key: key, UploadId: id },
    ],
  };
};

export const abortMultipartUpload: Operation = (request, { uploads }) => {
  uploads.abort(uploadAddress(request));
  return { status: 204 };
};

export const uploadPart: Operation = async (request, context) => {
  const { headers } = request;
  const address = uploadAddress(request);
  const number = partNumber(request);
  const upload = context.uploads.find(address);
  if (headers['x-amz-copy-source'] !== undefined) {
    return uploadPartCopy(request, context);
  }
  const algorithm = upload.details.checksum?.algorithm;
  const body = openBody(request, context);
  checkAlgorithm(headers, algorithm);
  const received = await receiveBody(context.files, body, {
    maxBytes: maxPutBytes,
    algorithms: algorithm ? [algorithm] : [],
  });
  const { segments, sizeBytes, md5, values } = received;
  const checksum = received.checksum ?? wholeChecksum(values, algorithm);
  const details = { checksum: partChecksum(upload, checksum, values), segments };
  context.uploads.putPart(address, { number, size_bytes: sizeBytes, etag: md5, details });
  return { headers: { etag: quoted(md5), ...checksumHeaders(checksum) } };
};

/**
 * A part whose bytes are those of an object, or some of them: they are hashed, not copied. From
 * 8 MB on, the AWS CLI copies and moves in this way.
 */
const uploadPartCopy: Operation = async (request, context) => {
  const address = uploadAddress(request);
  const number = partNumber(request);
  const upload = context.uploads.find(address);
  const { source } = findSource(request, context);
  const { first, last } = parseSourceRange(request.headers['x-amz-copy-source-range'], source);
  const algorithm = upload.details.checksum?.algorithm;
  const segments = sliceSegments(source.details.segments, first, last);
  const reader = context.files.read(segments);
  try {
    const { md5, values } = await digestStored(reader, algorithm ? [algorithm] : []);
    const checksum = wholeChecksum(values, algorithm);
    const part = context.uploads.putPart(address, {
      number,
      size_bytes: segments.reduce((sum, { length }) => sum + length, 0),
      etag: md5,
      details: { checksum, segments },
    });
    const result = {
      ...xmlNamespace,
      LastModified: toIso(part.modified_at),
      ETag: quoted(md5),
      ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value }),
    };
    return { xml: ['CopyPartResult', result] };
  } finally {
    reader.close();
  }
};

export const uploadAddress = ({ bucket, key, query }: S3Request): UploadAddress => ({
  bucket,
  key,
  uploadId: query.get('uploadId') ?? '',
});

const partNumber = ({ query }: S3Request): number => {
  const number = Number(query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= maxParts) return number;
  const message = `Part number must be an integer between 1 and ${maxParts}, inclusive`;
  throw new S3Error('InvalidArgument', message, { ArgumentName: 'partNumber' });
};

// A part that claims another sum than its upload was begun with could not be added to the others.
const checkAlgorithm = (
  headers: S3Request['headers'],
  expected: ChecksumAlgorithm | undefined,
): void => {
  const claimed = checksumAlgorithms.find((algorithm) => {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    return headers[name] !== undefined || headers['x-amz-trailer']?.toLowerCase() === name;
  });
  if (!expected || !claimed || claimed === expected) return;
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${claimed.toLowerCase()}`;
  throw new S3Error('InvalidRequest', message);
};

/** What counts for the whole upload: the sum it was begun with, else the one its client claimed. */
const partChecksum = (
  { details }: Upload,
  checksum: Checksum | undefined,
  values: ReadonlyMap<ChecksumAlgorithm, string>,
): Checksum | undefined =>
  details.checksum ? wholeChecksum(values, details.checksum.algorithm) : checksum;

/** From first to last byte; S3 takes no other form here. */
const parseSourceRange = (header: string | undefined, { size_bytes: size }: StoredObject) => {
  if (header === undefined) return { first: 0, last: Number.POSITIVE_INFINITY };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || last === undefined) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw new S3Error('InvalidArgument', message);
  }
  if (Number(first) > Number(last) || Number(last) >= size) {
    const message = `Range specified is not valid for source object of size: ${size}`;
    throw new S3Error('InvalidArgument', message);
  }
  return { first: Number(first), last: Number(last) };
};
