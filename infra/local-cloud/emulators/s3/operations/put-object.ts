import { chunkVerifier } from '../body/chunk-signatures.ts';
import { checkPayloadMode, incomingBody } from '../body/incoming-body.ts';
import { receiveBody } from '../body/receive-body.ts';
import type { S3Request } from '../requests/s3-request.ts';
import { entityTooLarge } from '../store/byte-files.ts';
import { checkWriteConditions, writeConditions } from '../store/conditions.ts';
import { copyObject } from './copy-object.ts';
import { checksumHeaders, checkWriteHeaders, storedHeaders } from './object-headers.ts';
import { type Operation, quoted, type S3Context } from './operation.ts';
import { parseTagHeader } from './tags.ts';

export const maxPutBytes = 5 * 1024 ** 3; // S3's own limit for one PUT

export const putObject: Operation = async (request, context) => {
  const { bucket, key, headers } = request;
  if (headers['x-amz-copy-source'] !== undefined) return copyObject(request, context);
  checkWriteHeaders(headers);
  const details = {
    headers: storedHeaders(headers),
    tags: parseTagHeader(headers['x-amz-tagging']),
  };
  const conditions = writeConditions(headers);
  // Judged again when the bytes are here; a refusal now spares them.
  checkWriteConditions(key, context.objects.find(bucket, key), conditions);

  const body = openBody(request, context);
  const { segments, sizeBytes, md5, checksum } = await receiveBody(context.files, body, {
    maxBytes: maxPutBytes,
  });
  const object = { key, sizeBytes, etag: md5, details: { ...details, checksum, segments } };
  const stored = context.objects.put(bucket, object, 'ObjectCreated:Put', conditions);
  return { headers: { etag: quoted(stored.etag), ...checksumHeaders(checksum) } };
};

/** The body of a PUT of bytes. Throws EntityTooLarge before the first of too many has come. */
export const openBody = (request: S3Request, { key }: S3Context) => {
  checkPayloadMode(request.authorization.payloadHash);
  if (Number(request.headers['content-length'] ?? 0) > maxPutBytes + 1024 ** 3) {
    throw entityTooLarge(maxPutBytes);
  }
  return incomingBody(request, chunkVerifier(request.authorization, key));
};
