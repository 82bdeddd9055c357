import { encodeUri } from '../requests/uri.ts';
import { checksumElements } from './object-headers.ts';
import { countParameter, type Operation, owner, quoted, toIso, xmlNamespace } from './operation.ts';
import { uploadAddress } from './upload-parts.ts';

const maxPageSize = 1000;

export const listParts: Operation = (request, { uploads }) => {
  const address = uploadAddress(request);
  const { details } = uploads.find(address);
  const maxParts = countParameter(request, 'max-parts', maxPageSize);
  const after = request.query.get('part-number-marker') || '0';
  const found = uploads.parts(address.uploadId, Number(after) || 0, maxParts + 1);
  const page = found.slice(0, maxParts);
  const isTruncated = found.length > page.length;
  const result = {
    ...xmlNamespace,
    Bucket: address.bucket,
    Key: address.key,
    UploadId: address.uploadId,
    Initiator: owner,
    Owner: owner,
    StorageClass: 'STANDARD',
    PartNumberMarker: after,
    NextPartNumberMarker: isTruncated ? page.at(-1)?.number : undefined,
    MaxParts: maxParts,
    IsTruncated: isTruncated,
    ChecksumAlgorithm: details.checksum?.algorithm,
    ChecksumType: details.checksum?.type,
    Part: page.map((part) => {
      const { ChecksumType: _, ...checksum } = checksumElements(part.details.checksum);
      return {
        PartNumber: part.number,
        LastModified: toIso(part.modified_at),
        ETag: quoted(part.etag),
        Size: part.size_bytes,
        ...checksum,
      };
    }),
  };
  return { xml: ['ListPartsResult', result] };
};

/** Without common prefixes: a delimiter is not looked at. */
export const listMultipartUploads: Operation = (request, { uploads }) => {
  const { bucket, query } = request;
  const maxUploads = countParameter(request, 'max-uploads', maxPageSize);
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  // Without an upload's id the marker stands after all uploads of its key.
  const idMarker = query.get('upload-id-marker') ?? '';
  const after = { key: keyMarker, id: idMarker || '\u{10FFFF}' };
  const found = uploads.list(bucket, prefix, after, maxUploads + 1);
  const page = found.slice(0, maxUploads);
  const isTruncated = found.length > page.length;
  const isEncoded = query.get('encoding-type') === 'url';
  const shown = (key: string) => (isEncoded ? encodeUri(key).replaceAll('%2F', '/') : key);
  const result = {
    ...xmlNamespace,
    Bucket: bucket,
    KeyMarker: shown(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: isTruncated ? shown(page.at(-1)?.key ?? '') : undefined,
    NextUploadIdMarker: isTruncated ? page.at(-1)?.id : undefined,
    Prefix: shown(prefix),
    EncodingType: isEncoded ? 'url' : undefined,
    MaxUploads: maxUploads,
    IsTruncated: isTruncated,
    Upload: page.map(({ key, id, started_at, details }) => ({
      Key: shown(key),
      UploadId: id,
      Initiator: owner,
      Owner: owner,
      StorageClass: 'STANDARD',
      Initiated: toIso(started_at),
      ChecksumAlgorithm: details.checksum?.algorithm,
      ChecksumType: details.checksum?.type,
    })),
  };
  return { xml: ['ListMultipartUploadsResult', result] };
};
