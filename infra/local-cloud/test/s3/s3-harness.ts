import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { type ObjectEvent, type S3Options, startS3 } from '../../emulators/s3/start-s3.ts';
import { emptyFolder } from './killable.ts';

/** The real SDK, with this endpoint. */
export const s3ClientAt = (
  endpoint: string,
  secretAccessKey = 'secret',
  options: ConstructorParameters<typeof S3Client>[0] = {},
): S3Client => {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey },
    forcePathStyle: true,
    // Otherwise the SDK signs the checksum of no bytes into a presigned PUT, and S3 holds us to it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    ...options,
  });
  onTestFinished(() => client.destroy());
  return client;
};

/** An S3 with a bucket `pictures`, for one test; `events` is what it sent. */
export const openS3 = async (options: Partial<S3Options> = {}) => {
  const events: ObjectEvent[] = [];
  const folder = options.folder ?? emptyFolder();
  const server = await startS3({
    port: 0,
    folder,
    secretAccessKey: 'secret',
    buckets: ['pictures'],
    onEvent: async (_, event) => void events.push(event),
    ...options,
  });
  onTestFinished(server.stop);
  return { ...server, folder, events, client: s3ClientAt(server.url) };
};

/** The files that hold the bytes of objects. */
export const byteFiles = (folder: string): string[] => readdirSync(join(folder, 'contents'));

export const totalBytes = (folder: string): number =>
  byteFiles(folder).reduce((sum, name) => sum + statSync(join(folder, 'contents', name)).size, 0);
