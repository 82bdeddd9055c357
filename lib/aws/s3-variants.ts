import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { StoredVariant, Variants } from '#lib/delivery/variants.ts';
import { s3 } from './clients.ts';
import { repeatBroken } from './s3-broken-body.ts';
import { s3Objects } from './s3-objects.ts';

/** For the CDN, which serves a variant from here: under its key it never changes. */
const cacheControl = 'public, max-age=31536000, immutable';

/** Variants in the bucket of derived objects. */
export const s3Variants = (bucket: string, client: S3Client = s3()): Variants => {
  const objects = s3Objects(bucket, client);
  const at = (key: string) => ({ Bucket: bucket, Key: key });
  const findOnce = async (key: string, maxBytes: number): Promise<StoredVariant | undefined> => {
    const found = await client.send(new GetObjectCommand(at(key))).catch(unlessMissing);
    if (!found?.Body) return undefined;
    const { ContentType: contentType, ContentLength: sizeBytes } = found;
    if (!contentType || sizeBytes === undefined)
      throw new Error(`S3 sent neither type nor size of ${key}.`);
    if (sizeBytes <= maxBytes)
      return { contentType, sizeBytes, bytes: await found.Body.transformToByteArray() };
    // Not read to its end, the body would hold its connection.
    if ('destroy' in found.Body) found.Body.destroy();
    return { contentType, sizeBytes, bytes: undefined };
  };

  return {
    find: (key, maxBytes) => repeatBroken(() => findOnce(key, maxBytes)),

    async save(key, bytes, { contentType, imageId }) {
      const command = new PutObjectCommand({
        ...at(key),
        Body: bytes,
        ContentType: contentType,
        CacheControl: cacheControl,
        Metadata: { 'cache-tag': imageId },
        IfNoneMatch: '*',
      });
      await client.send(command).catch(unlessThere);
    },

    link: (key, seconds) => objects.link(key, seconds),
    remove: (keys) => objects.remove(keys),

    async *list(prefix) {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents: contents = [] } of pages)
        for (const { Key: key } of contents) if (key) yield key;
    },
  };
};

const unlessMissing = (error: unknown): undefined => {
  if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
  throw error;
};

/** 412: there is one. 409: another is being stored under this key at this moment. */
const there = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);
const unlessThere = (error: unknown): undefined => {
  if (error instanceof S3ServiceException && there.has(error.name)) return undefined;
  throw error;
};
