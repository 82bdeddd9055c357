import type { S3Request } from '../requests/s3-request.ts';
import { noSuchKey, S3Error } from '../s3-error.ts';
import type { StoredObject } from '../store/stored-object.ts';
import type { S3Context } from './operation.ts';

/** Throws NoSuchKey, or NoSuchVersion: no bucket has versions. */
export const findObject = (
  { bucket, key, query }: Pick<S3Request, 'bucket' | 'key' | 'query'>,
  { objects }: S3Context,
): StoredObject => {
  checkVersion(key, query.get('versionId'));
  const object = objects.find(bucket, key);
  if (object) return object;
  throw noSuchKey(key);
};

export const checkVersion = (key: string, versionId: string | undefined): void => {
  if (versionId === undefined || versionId === 'null') return;
  const detail = { Key: key, VersionId: versionId };
  throw new S3Error('NoSuchVersion', 'The specified version does not exist.', detail);
};

/** Throws NoSuchBucket. */
export const checkBucket = (bucket: string, { buckets }: S3Context): void => {
  if (buckets.find(bucket)) return;
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });
};
