import { createHash } from 'node:crypto';
import {
  type Checksum,
  checkChecksumValue,
  checksumAlgorithms,
  checksumHeader,
  combineChecksums,
} from '../body/checksums.ts';
import { chunkVerifier } from '../body/chunk-signatures.ts';
import { incomingBody, readDocument } from '../body/incoming-body.ts';
import type { S3Request } from '../requests/s3-request.ts';
import { encodeUri } from '../requests/uri.ts';
import { S3Error } from '../s3-error.ts';
import { writeConditions } from '../store/conditions.ts';
import type { NewObject } from '../store/object-store.ts';
import type { Part, StoredObject, Upload } from '../store/stored-object.ts';
import { childrenNamed, childText, malformedXml, parseXml } from '../xml.ts';
import { checksumElements } from './object-headers.ts';
import { type Operation, quoted, type S3Context, xmlNamespace } from './operation.ts';
import { uploadAddress } from './upload-parts.ts';

/** A part as the client lists it. */
type ListedPart = { number: number; etag: string; checksums: ReadonlyMap<string, string> };

const minPartBytes = 5 * 1024 * 1024; // of all parts but the last

/** The parts' files become the object's: nothing is copied, and the answer takes no time. */
export const completeMultipartUpload: Operation = async (request, context) => {
  const { bucket, key, headers } = request;
  const listed = await readParts(request, context);
  const address = uploadAddress(request);
  const toObject = (upload: Upload, parts: Part[]) =>
    joinParts(upload, chooseParts(listed, parts), headers);
  const stored =
    completedBefore(request, context) ??
    context.uploads.complete(address, toObject, writeConditions(headers));
  const path = [bucket, ...key.split('/')].map(encodeUri).join('/');
  const result = {
    ...xmlNamespace,
    Location: `http://${headers['host']}/${path}`,
    Bucket: bucket,
    Key: key,
    ETag: quoted(stored.etag),
    ...checksumElements(stored.details.checksum),
  };
  return { xml: ['CompleteMultipartUploadResult', result] };
};

/** A client that lost the response, to a kill for example, may repeat the request and gets it. */
const completedBefore = (request: S3Request, { objects }: S3Context): StoredObject | undefined => {
  const object = objects.find(request.bucket, request.key);
  return object?.details.uploadId === request.query.get('uploadId') ? object : undefined;
};

const readParts = async (request: S3Request, { key }: S3Context): Promise<ListedPart[]> => {
  // Here a checksum header speaks of the object, not of this document.
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !name.startsWith('x-amz-checksum-')),
  );
  const body = incomingBody({ ...request, headers }, chunkVerifier(request.authorization, key));
  const document = parseXml(await readDocument(body));
  if (document.name !== 'CompleteMultipartUpload') throw malformedXml();
  const parts = childrenNamed(document, 'Part').map((part) => {
    const number = Number(childText(part, 'PartNumber'));
    const etag = childText(part, 'ETag')?.trim().replaceAll('"', '');
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml();
    const checksums = part.children
      .filter(({ name }) => name.startsWith('Checksum'))
      .map(({ name, text }) => [name.slice('Checksum'.length), text.trim()] as const);
    return { number, etag, checksums: new Map(checksums) };
  });
  if (parts.length === 0) throw malformedXml();
  return parts;
};

/** Throws InvalidPart, InvalidPartOrder or EntityTooSmall. */
const chooseParts = (listed: ListedPart[], stored: readonly Part[]): Part[] => {
  if (listed.some(({ number }, at) => number <= (listed[at - 1]?.number ?? 0))) {
    const message =
      'The list of parts was not in ascending order. Parts must be ordered by part number.';
    throw new S3Error('InvalidPartOrder', message);
  }
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  return listed.map(({ number, etag, checksums }, at) => {
    const part = byNumber.get(number);
    const checksum = part?.details.checksum;
    const isAsListed = [...checksums].every(
      ([algorithm, value]) => checksum?.algorithm === algorithm && checksum.value === value,
    );
    if (!part || part.etag !== etag || !isAsListed) {
      const message =
        'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part.';
      throw new S3Error('InvalidPart', message, { PartNumber: number, ETag: etag });
    }
    if (at < listed.length - 1 && part.size_bytes < minPartBytes) {
      throw new S3Error(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        { ProposedSize: part.size_bytes, MinSizeAllowed: minPartBytes, PartNumber: number },
      );
    }
    return part;
  });
};

const joinParts = (
  { id, key, details }: Upload,
  parts: readonly Part[],
  headers: S3Request['headers'],
): NewObject => {
  const sizeBytes = parts.reduce((sum, part) => sum + part.size_bytes, 0);
  const claimedSize = headers['x-amz-mp-object-size'];
  if (claimedSize !== undefined && Number(claimedSize) !== sizeBytes) {
    const message = `The provided 'x-amz-mp-object-size' header value does not match the size of the object, ${sizeBytes}.`;
    throw new S3Error('InvalidRequest', message);
  }
  const checksum = joinChecksums(details.checksum, parts);
  checkClaimedChecksum(headers, checksum);
  return {
    key,
    sizeBytes,
    etag: multipartEtag(parts.map((part) => part.etag)),
    details: {
      headers: details.headers,
      tags: details.tags,
      checksum,
      segments: parts.flatMap((part) => part.details.segments),
      parts: parts.map((part) => ({
        number: part.number,
        sizeBytes: part.size_bytes,
        checksum: part.details.checksum?.value,
      })),
      uploadId: id,
    },
  };
};

const joinChecksums = (
  wanted: Upload['details']['checksum'],
  parts: readonly Part[],
): Checksum | undefined => {
  if (!wanted) return undefined;
  const checksums = parts.map(({ details, size_bytes }) => ({
    value: details.checksum?.value ?? '',
    sizeBytes: size_bytes,
  }));
  return combineChecksums(wanted.algorithm, wanted.type, checksums);
};

const checkClaimedChecksum = (
  headers: S3Request['headers'],
  actual: Checksum | undefined,
): void => {
  const type = headers['x-amz-checksum-type']?.toUpperCase();
  if (type !== undefined && type !== actual?.type) {
    const message = `The upload was created using the ${actual?.type} checksum mode. The complete request must use the same checksum mode.`;
    throw new S3Error('InvalidRequest', message);
  }
  for (const algorithm of checksumAlgorithms) {
    const value = headers[checksumHeader(algorithm)];
    if (value === undefined) continue;
    checkChecksumValue(algorithm, value.replace(/-\d+$/, ''));
    if (actual?.algorithm === algorithm && actual.value === value) continue;
    const message = `The ${algorithm} you specified did not match the calculated checksum.`;
    throw new S3Error('BadDigest', message);
  }
};

// Not the MD5 of the bytes, but of the MD5s of the parts, as S3 has it.
const multipartEtag = (etags: readonly string[]) => {
  const digests = Buffer.concat(etags.map((etag) => Buffer.from(etag, 'hex')));
  return `${createHash('md5').update(digests).digest('hex')}-${etags.length}`;
};
