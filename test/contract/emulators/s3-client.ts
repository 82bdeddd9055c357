import { S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { type S3Options, startS3 } from '#infra/local/emulators/s3.ts';
import type { ObjectEvent } from '#infra/local/emulators/s3-event.ts';
import { someFolder } from './killable.ts';

/** The real SDK, told where to go. */
export const s3ClientOf = (endpoint: string, secretAccessKey = 'secret'): S3Client => {
  const credentials = { accessKeyId: 'local', secretAccessKey };
  const options = { region: 'us-east-1', endpoint, credentials, forcePathStyle: true };
  // Otherwise the SDK signs the checksum of no bytes into a presigned PUT, and S3 holds us to it.
  const requestChecksumCalculation = 'WHEN_REQUIRED';
  const client = new S3Client({ ...options, requestChecksumCalculation, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
};

/** An S3 with a bucket `pictures`, for one test; `news` is what it told. */
export const someS3 = async (options: Partial<S3Options> = {}) => {
  const notification: ObjectEvent[] = [];
  const folder = options.folder ?? someFolder();
  const running = await startS3({
    port: 0,
    folder,
    secretAccessKey: 'secret',
    buckets: ['pictures'],
    onEvent: async (_, event) => void notification.push(event),
    ...options,
  });
  onTestFinished(running.stop);
  return { ...running, folder, notification, client: s3ClientOf(running.url) };
};
