import { createHash } from 'node:crypto';

export type ObjectEventName =
  | `ObjectCreated:${'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'}`
  | 'ObjectRemoved:Delete';

/** What S3 knows when an object was written or removed. The ETag is without quotes. */
export type ObjectEvent = {
  name: ObjectEventName;
  key: string;
  sizeBytes: number;
  etag: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Compared as text, a later event has the greater one; the same event always has the same. */
  sequencer: string;
};

/**
 * The notification S3 sends to a queue, as its JSON is. The key is URL-encoded with + for a space:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const toNotification = (
  bucket: string,
  event: ObjectEvent,
  { region }: { region: string },
) => {
  const isRemoval = event.name.startsWith('ObjectRemoved:');
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(event.at).toISOString(),
        eventName: event.name,
        userIdentity: { principalId: 'AWS:LOCAL' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': event.sequencer,
          'x-amz-id-2': createHash('sha256').update(bucket).digest('base64'),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'local',
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'LOCAL' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            key: formEncode(event.key),
            ...(!isRemoval && { size: event.sizeBytes, eTag: event.etag }),
            sequencer: event.sequencer,
          },
        },
      },
    ],
  };
};

const formEncode = (key: string) =>
  encodeURIComponent(key)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
