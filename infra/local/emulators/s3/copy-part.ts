import { Readable } from 'node:stream';
import type { Context } from 's3rver';
import type { Catalogue, StoredObject } from './catalogue.ts';
import type { Contents } from './contents.ts';
import { addressOf } from './object-key.ts';
import { matches, type ObjectStore } from './object-store.ts';
import { preconditionFailed, refusal } from './refusal.ts';
import { addPart } from './s3rver-store.ts';

type Tools = { catalogue: Catalogue; contents: Contents; objects: ObjectStore };
type Range = { start?: number; end?: number };

export const isPartCopy = ({ method, query, req }: Context): boolean =>
  method === 'PUT' && 'uploadId' in query && 'x-amz-copy-source' in req.headers;

/**
 * UploadPartCopy, which s3rver does not know: a part whose bytes are those of an object, or some of
 * them. From 8 MB on, the AWS CLI copies and moves in this way.
 */
export const copyPart = async (
  { query, req }: Context,
  { catalogue, contents, objects }: Tools,
) => {
  const { headers } = req;
  const { bucket, key } = addressOf(`/${headers['x-amz-copy-source']}`.replace(/^\/\//, '/'));
  const range = rangeOf(headers['x-amz-copy-source-range']);
  const source = await objects.open(bucket, key, range);
  if (!source) throw refusal('NoSuchKey', 'The specified key does not exist.', { Key: key });
  try {
    checkRange(range, source.object);
    const ifMatch = headers['x-amz-copy-source-if-match'];
    if (!matches(ifMatch?.toString(), source.object)) throw preconditionFailed();
    const number = String(query['partNumber']);
    const payload = { bytes: source.bytes ?? Readable.from([]), promised: new Map() };
    const { md5: etag } = await addPart(
      catalogue,
      contents,
      String(query['uploadId']),
      number,
      payload,
    );
    const LastModified = new Date().toISOString();
    return { CopyPartResult: { LastModified, ETag: JSON.stringify(etag) } };
  } finally {
    source.bytes?.destroy(); // it may not have been read to its end
  }
};

/** From first to last byte; S3 takes no other form here. */
const rangeOf = (header: string | string[] | undefined): Range => {
  if (header === undefined) return {};
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(String(header)) ?? [];
  if (end !== undefined) return { start: Number(start), end: Number(end) };
  throw refusal('InvalidArgument', 'x-amz-copy-source-range must be of the form bytes=first-last');
};

const checkRange = ({ start = 0, end }: Range, { size_bytes: size }: StoredObject): void => {
  if (end === undefined || (start <= end && end < size)) return;
  throw refusal('InvalidArgument', `The range is not within the ${size} bytes of the source.`);
};
