import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

export const Bucket = 'pictures';

export const put = (client: S3Client, Key: string, Body: string | Buffer = 'picture', rest = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));

export const get = (client: S3Client, Key: string, rest = {}) =>
  client.send(new GetObjectCommand({ Bucket, Key, ...rest }));

export const readText = async (client: S3Client, Key: string, rest = {}) =>
  (await get(client, Key, rest)).Body?.transformToString();

export const expectStatus = (status: number) => ({ $metadata: { httpStatusCode: status } });
