import { createHash } from 'node:crypto';

/** What S3 knows when an object has been written. The ETag is without quotes. */
export type ObjectEvent = {
  name: `ObjectCreated:${'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'}`;
  key: string;
  sizeBytes: number;
  etag: string;
};

/**
 * The notification S3 sends to a queue, as its JSON is. The key is URL-encoded with + for a space:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3EventOf = (
  bucketName: string,
  { name, key, sizeBytes, etag }: ObjectEvent,
  { region, now = new Date() }: { region: string; now?: Date },
) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: region,
      eventTime: now.toISOString(),
      eventName: name,
      userIdentity: { principalId: 'AWS:LOCAL' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: {
        'x-amz-request-id': nextSequencer(now),
        'x-amz-id-2': createHash('sha256').update(bucketName).digest('base64'),
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'local',
        bucket: {
          name: bucketName,
          ownerIdentity: { principalId: 'LOCAL' },
          arn: `arn:aws:s3:::${bucketName}`,
        },
        object: {
          key: formEncoded(key),
          size: sizeBytes,
          eTag: etag,
          sequencer: nextSequencer(now),
        },
      },
    },
  ],
});

const formEncoded = (key: string) =>
  encodeURIComponent(key)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');

// Compared as text, a later event of one key has the greater sequencer.
let count = 0;
const nextSequencer = (now: Date) => {
  count = (count + 1) % 0xffffff;
  const time = now.getTime().toString(16).toUpperCase().padStart(12, '0');
  return time + count.toString(16).toUpperCase().padStart(6, '0');
};
