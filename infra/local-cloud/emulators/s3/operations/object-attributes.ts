import { S3Error } from '../s3-error.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { findObject } from './find-object.ts';
import { checksumElements } from './object-headers.ts';
import { type Operation, xmlNamespace } from './operation.ts';

const known = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];
const maxPageSize = 1000;

export const getObjectAttributes: Operation = (request, context) => {
  const { headers } = request;
  const wanted = new Set(
    (headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim()),
  );
  if (![...wanted].every((name) => known.includes(name))) {
    throw new S3Error('InvalidArgument', 'Invalid attribute name specified.', {
      ArgumentName: 'x-amz-object-attributes',
    });
  }
  const object = findObject(request, context);
  const { details } = object;
  const all: Record<string, unknown> = {
    ETag: object.etag,
    Checksum: details.checksum ? checksumElements(details.checksum) : undefined,
    ObjectParts: listPartPage(object, headers),
    StorageClass: details.headers['x-amz-storage-class'] ?? 'STANDARD',
    ObjectSize: object.size_bytes,
  };
  const shown = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)));
  return {
    headers: { 'last-modified': new Date(object.modified_at).toUTCString() },
    xml: ['GetObjectAttributesResponse', { ...xmlNamespace, ...shown } as Record<string, string>],
  };
};

/** The parts themselves are listed only where each has a checksum, as S3 does. */
const listPartPage = (
  { details: { parts, checksum } }: StoredObject,
  headers: Readonly<Record<string, string>>,
) => {
  if (!parts) return undefined;
  const counted = { TotalPartsCount: parts.length };
  if (!checksum) return counted;
  const after = Number(headers['x-amz-part-number-marker'] ?? 0) || 0;
  const maxParts = Math.min(Number(headers['x-amz-max-parts'] ?? maxPageSize) || 0, maxPageSize);
  const rest = parts.filter(({ number }) => number > after);
  const page = rest.slice(0, maxParts);
  return {
    ...counted,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: maxParts,
    IsTruncated: rest.length > page.length,
    Part: page.map((part) => ({
      PartNumber: part.number,
      Size: part.sizeBytes,
      [`Checksum${checksum.algorithm}`]: part.checksum ?? undefined,
    })),
  };
};
