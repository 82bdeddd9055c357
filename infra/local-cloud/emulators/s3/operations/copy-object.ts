import { parseAlgorithm } from '../body/checksums.ts';
import { digestStored } from '../body/receive-body.ts';
import type { S3Request } from '../requests/s3-request.ts';
import { decodeUri } from '../requests/uri.ts';
import { preconditionFailed, S3Error } from '../s3-error.ts';
import { isNotModified, writeConditions } from '../store/conditions.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { checkBucket, findObject } from './find-object.ts';
import {
  checksumElements,
  checkWriteHeaders,
  storedHeaders,
  wholeChecksum,
} from './object-headers.ts';
import { type Operation, quoted, type S3Context, toIso, xmlNamespace } from './operation.ts';
import { parseTagHeader } from './tags.ts';

/** The copy shares the files of its source: no byte is copied. */
export const copyObject: Operation = async (request, context) => {
  const { bucket, key, headers } = request;
  checkWriteHeaders(headers);
  const { source, isSame } = findSource(request, context);
  const replacesHeaders = headers['x-amz-metadata-directive'] === 'REPLACE';
  const replacesTags = headers['x-amz-tagging-directive'] === 'REPLACE';
  if (isSame && !replacesHeaders && !replacesTags && !headers['x-amz-storage-class']) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const reader = context.files.read(source.details.segments); // what is read is not removed
  try {
    const { etag, checksum } = await digestsOfCopy(source, headers, reader);
    const details = {
      headers: replacesHeaders ? storedHeaders(headers) : source.details.headers,
      tags: replacesTags ? parseTagHeader(headers['x-amz-tagging']) : source.details.tags,
      checksum,
      segments: source.details.segments,
    };
    const object = { key, sizeBytes: source.size_bytes, etag, details };
    const conditions = writeConditions(headers);
    const stored = context.objects.put(bucket, object, 'ObjectCreated:Copy', conditions);
    const result = {
      ...xmlNamespace,
      LastModified: toIso(stored.modified_at),
      ETag: quoted(etag),
      ...checksumElements(checksum),
    };
    return { xml: ['CopyObjectResult', result] };
  } finally {
    reader.close();
  }
};

/** The object named by x-amz-copy-source. Throws PreconditionFailed where a condition of it fails. */
export const findSource = (request: S3Request, context: S3Context) => {
  const [, path = '', versionId] =
    /^\/?(.*?)(?:\?versionId=([^&]*))?$/s.exec(request.headers['x-amz-copy-source'] ?? '') ?? [];
  const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(decodeUri(path)) ?? [];
  if (bucket === undefined || key === undefined) {
    const message = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey';
    throw new S3Error('InvalidArgument', message, { ArgumentName: 'x-amz-copy-source' });
  }
  checkBucket(bucket, context);
  const query = new Map(versionId === undefined ? [] : [['versionId', versionId]]);
  const source = findObject({ bucket, key, query }, context);
  if (isNotModified(source, request.headers, 'x-amz-copy-source-')) {
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
  }
  return { source, isSame: bucket === request.bucket && key === request.key };
};

/** A copy is no longer in parts, so its ETag is an MD5 again, and its checksum of all bytes. */
const digestsOfCopy = async (
  { etag, details: { checksum } }: StoredObject,
  headers: S3Request['headers'],
  reader: Parameters<typeof digestStored>[0],
) => {
  const name = headers['x-amz-checksum-algorithm'];
  const algorithm = name === undefined ? checksum?.algorithm : parseAlgorithm(name);
  const isKnown =
    !etag.includes('-') && algorithm === checksum?.algorithm && checksum?.type !== 'COMPOSITE';
  if (isKnown) return { etag, checksum };
  const { md5, values } = await digestStored(reader, algorithm ? [algorithm] : []);
  return { etag: md5, checksum: wholeChecksum(values, algorithm) };
};
