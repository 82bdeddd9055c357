import type { S3Request } from '../requests/s3-request.ts';
import { S3Error } from '../s3-error.ts';
import { etagMatches, isNotModified } from '../store/conditions.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { findObject } from './find-object.ts';
import { checksumHeaders } from './object-headers.ts';
import { type Operation, quoted, type S3Context, type S3Response } from './operation.ts';

/** From first to last byte, both included. */
type Range = { first: number; last: number };

export const getObject: Operation = (request, context) => {
  const { object, response, range } = describeObject(request, context);
  if (response.status === 304) return response;
  const { first = 0, last = object.size_bytes - 1 } = range ?? {};
  return { ...response, body: context.files.read(object.details.segments, first, last) };
};

export const headObject: Operation = (request, context) =>
  describeObject(request, context).response;

const describeObject = (request: S3Request, context: S3Context) => {
  const object = findObject(request, context);
  const { headers, query } = request;
  const validators = {
    etag: quoted(object.etag),
    'last-modified': new Date(object.modified_at).toUTCString(),
  };
  if (isNotModified(object, headers)) {
    const response: S3Response = { status: 304, headers: validators };
    return { object, response, range: undefined };
  }

  const partNumber = query.get('partNumber');
  const range =
    partNumber === undefined
      ? parseRange(headers, object)
      : rangeOfPart(Number(partNumber), headers, object);
  const length = range ? range.last - range.first + 1 : object.size_bytes;
  const wantsChecksum = headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !range;
  const { tags, checksum, parts } = object.details;
  const response: S3Response = {
    status: range ? 206 : 200,
    headers: {
      ...object.details.headers,
      ...overrides(query),
      ...validators,
      'accept-ranges': 'bytes',
      'content-length': length,
      'content-range': range && `bytes ${range.first}-${range.last}/${object.size_bytes}`,
      'x-amz-tagging-count': tags.length || undefined,
      'x-amz-mp-parts-count': partNumber === undefined ? undefined : parts?.length,
      ...(wantsChecksum && checksumHeaders(checksum)),
    },
  };
  return { object, response, range };
};

const overridable = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

// Every request is signed here, so each may say what it wants to be answered with.
const overrides = (query: S3Request['query']) =>
  Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** One range; anything else is not a range, and all bytes are sent. */
const parseRange = (headers: S3Request['headers'], object: StoredObject): Range | undefined => {
  const header = headers['range'];
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (header === undefined || (first === '' && last === '')) return undefined;
  if (!isSameFor(headers['if-range'], object)) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const size = object.size_bytes;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start < size && start <= end) return { first: start, last: end };
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
    RangeRequested: header,
    ActualObjectSize: size,
  });
};

const isSameFor = (ifRange: string | undefined, object: StoredObject): boolean => {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return etagMatches(ifRange, object.etag);
  return Math.floor(object.modified_at / 1000) * 1000 === Date.parse(ifRange);
};

const rangeOfPart = (
  number: number,
  headers: S3Request['headers'],
  { details, size_bytes }: StoredObject,
): Range | undefined => {
  if (headers['range'] !== undefined) {
    const message = 'Cannot specify both Range header and partNumber query parameter.';
    throw new S3Error('InvalidRequest', message);
  }
  const parts = details.parts ?? [{ sizeBytes: size_bytes }];
  const part = parts[number - 1];
  if (!part) {
    throw new S3Error('InvalidRange', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: String(number),
      ActualPartCount: parts.length,
    });
  }
  if (part.sizeBytes === 0) return undefined;
  const first = parts.slice(0, number - 1).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { first, last: first + part.sizeBytes - 1 };
};
