import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import S3Object from 's3rver/lib/models/object.js';
import type { Catalogue, StoredObject } from './catalogue.ts';
import type { Contents } from './contents.ts';
import { longestObjectBytes, type ObjectStore } from './object-store.ts';
import { type Payload, payloadOf } from './payload.ts';
import { refusal } from './refusal.ts';

/**
 * What s3rver's controllers expect of a store, over ours. s3rver's own store writes into the final
 * file, holds an object in three files, and lists in no order.
 */
export const s3rverStore = (catalogue: Catalogue, contents: Contents, objects: ObjectStore) => ({
  listBuckets: async () => catalogue.buckets().map(bucketOf),
  getBucket: async (name: string) => bucketOf(catalogue.bucket(name)),
  putBucket: async (name: string) => {
    catalogue.addBucket(name);
    return bucketOf(catalogue.bucket(name));
  },
  deleteBucket: async (name: string) => catalogue.dropBucket(name),

  /** s3rver asks only whether a bucket is empty. */
  listObjects: async (bucket: string) => ({ objects: catalogue.list(bucket, '', afterAll, 1) }),
  existsObject: async (bucket: string, key: string) => catalogue.find(bucket, key) !== undefined,
  getObject: async (bucket: string, key: string, range: { start?: number; end?: number } = {}) => {
    const found = await objects.open(bucket, key, range);
    if (!found) return null;
    const object = new S3Object(bucket, key, found.bytes ?? null, metadataOf(found.object));
    const isPart = range.start !== undefined || range.end !== undefined;
    return isPart
      ? Object.assign(object, { range: { start: found.start, end: found.end } })
      : object;
  },
  deleteObject: async (bucket: string, key: string) => void (await objects.drop(bucket, key)),

  putObject: async ({ bucket, key, content }: S3Object) => {
    if (!content) throw refusal('IncompleteBody', 'There is no body.');
    const { headers } = content;
    const arrival = { bucket, key, name: 'ObjectCreated:Put', headers } as const;
    const object = await objects.write(arrival, payloadOf(content), {
      'if-none-match': headers['if-none-match'],
      'if-match': headers['if-match'],
    });
    return { md5: object.etag, size: object.size_bytes };
  },
  copyObject: async (
    fromBucket: string,
    fromKey: string,
    bucket: string,
    key: string,
    newHeaders: Record<string, string> | null,
  ) => {
    const source = catalogue.find(fromBucket, fromKey);
    if (!source) throw refusal('NoSuchKey', 'The specified key does not exist.', { Key: fromKey });
    const headers = newHeaders ?? source.headers;
    const arrival = { bucket, key, name: 'ObjectCreated:Copy', headers } as const;
    const { etag, sha256, size_bytes: sizeBytes } = source;
    const content = await contents.copy(source.content);
    return metadataOf(await objects.show(arrival, { content, etag, sha256, sizeBytes }));
  },

  initiateUpload: async (
    bucket: string,
    key: string,
    uploadId: string,
    headers: Record<string, string>,
  ) => catalogue.addUpload(uploadId, bucket, key, headers),
  putPart: (_: string, uploadId: string, partNumber: string, request: IncomingMessage) =>
    addPart(catalogue, contents, uploadId, partNumber, payloadOf(request)),
  putObjectMultipart: async (
    _: string,
    uploadId: string,
    wanted: { number: number; etag: string }[],
  ) => {
    const { bucket, key, headers } = uploadOf(catalogue, uploadId);
    const parts = catalogue.parts(uploadId);
    const chosen = wanted.map(({ number, etag }) => {
      const part = parts.find((one) => one.number === number && one.etag === etag);
      if (!part) throw refusal('InvalidPart', `Part ${number} was not uploaded with this ETag.`);
      return part;
    });
    if (wanted.some(({ number }, at) => number <= (wanted[at - 1]?.number ?? 0))) {
      throw refusal('InvalidPartOrder', 'The list of parts was not in ascending order.');
    }

    const joined = await contents.join(chosen.map(({ content }) => content));
    const etag = multipartEtagOf(chosen.map((part) => part.etag));
    const arrival = {
      bucket,
      key,
      name: 'ObjectCreated:CompleteMultipartUpload',
      headers,
    } as const;
    await objects.show(arrival, { ...joined, etag, sha256: null });
    await dropUpload(catalogue, contents, uploadId); // not before the news: it may be asked again
    return { md5: etag, size: joined.sizeBytes };
  },

  getSubresource: async () => null,
  putSubresource: async () => {
    throw refusal('NotImplemented', 'The emulator keeps no configuration beside objects.');
  },
  deleteSubresource: async () => {},
});

/** Receives a part, in place of one that had its number. */
export const addPart = async (
  catalogue: Catalogue,
  contents: Contents,
  uploadId: string,
  partNumber: string,
  payload: Payload,
) => {
  const number = Number(partNumber);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw refusal('InvalidArgument', 'Part number must be an integer between 1 and 10000.');
  }
  uploadOf(catalogue, uploadId);
  const { content, etag, sizeBytes } = await contents.receive(payload, longestObjectBytes);
  const replaced = await contents.orRemove(content, () => {
    uploadOf(catalogue, uploadId); // it may have been given up while the part came
    const before = catalogue.parts(uploadId).find((part) => part.number === number);
    catalogue.putPart(uploadId, { number, content, etag });
    return before;
  });
  await contents.remove(replaced?.content);
  return { md5: etag, size: sizeBytes };
};

/** Forgets an upload and its parts. */
export const dropUpload = async (catalogue: Catalogue, contents: Contents, uploadId: string) => {
  uploadOf(catalogue, uploadId);
  const parts = catalogue.parts(uploadId);
  catalogue.dropUpload(uploadId);
  await Promise.all(parts.map(({ content }) => contents.remove(content)));
};

/** Greater than every key. */
export const afterAll = '\u{10FFFF}';

const uploadOf = (catalogue: Catalogue, uploadId: string) => {
  const upload = catalogue.upload(uploadId);
  if (upload) return upload;
  throw refusal('NoSuchUpload', 'The specified upload does not exist.', { UploadId: uploadId });
};

// Not the MD5 of the bytes, but of the MD5s of the parts, as S3 has it.
const multipartEtagOf = (etags: string[]) => {
  const digests = Buffer.concat(etags.map((etag) => Buffer.from(etag, 'hex')));
  return `${createHash('md5').update(digests).digest('hex')}-${etags.length}`;
};

const bucketOf = (bucket: { name: string; created_at: number } | undefined) =>
  bucket ? { name: bucket.name, creationDate: new Date(bucket.created_at) } : null;

const metadataOf = (object: StoredObject) => ({
  ...object.headers,
  etag: JSON.stringify(object.etag),
  'last-modified': new Date(object.modified_at).toUTCString(),
  'content-length': object.size_bytes,
});
