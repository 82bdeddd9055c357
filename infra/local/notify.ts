import { SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { imageIdOf } from '#lib/images/image.ts';
import type { OnEvent } from './emulators/s3.ts';
import { s3EventOf } from './emulators/s3-event.ts';
import { type LogLine, logLine } from './log-line.ts';
import { type Bucket, notificationTargets } from './resources.ts';
import type { Place } from './template.ts';

/**
 * News travels: S3's own takes a second or so. Without any delay it overtakes the record of an upload
 * that is still being answered, and both are written twice. (SQS counts whole seconds; fauxqs takes
 * what it gets, and looks every 20 ms.)
 */
const newsTakeSeconds = 0.1;

/** Tells the queues that the template names; S3 answers the upload only when they have it. */
export const notifier = (
  buckets: readonly Bucket[],
  place: Place,
  client: SQSClientConfig,
  log: (line: LogLine) => void,
): OnEvent => {
  const sqs = new SQSClient({ endpoint: place.sqsUrl, ...client, useQueueUrlAsEndpoint: false });
  return async (bucketName, event) => {
    const bucket = buckets.find(({ BucketName }) => BucketName === bucketName);
    const queues = bucket ? notificationTargets(bucket, event, place) : [];
    const MessageBody = JSON.stringify(s3EventOf(bucketName, event, { region: place.region }));
    await Promise.all(
      queues.map((QueueUrl) =>
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: newsTakeSeconds })),
      ),
    );
    if (queues.length === 0) return;
    const { key, name, sizeBytes } = event;
    const fields = { image_id: imageIdOf(key), key, event: name, size_bytes: sizeBytes };
    log(logLine('INFO', 'object arrived', { function_name: 's3', ...fields }));
  };
};
