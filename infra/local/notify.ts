import { SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { imageIdOf } from '#lib/images/image.ts';
import type { OnEvent } from './emulators/s3.ts';
import { s3EventOf } from './emulators/s3-event.ts';
import { type LogLine, logLine } from './log-line.ts';
import { type Bucket, listenersOf } from './resources.ts';
import type { Place } from './template.ts';

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
    const queues = bucket ? listenersOf(bucket, event, place) : [];
    const MessageBody = JSON.stringify(s3EventOf(bucketName, event, { region: place.region }));
    await Promise.all(
      queues.map((QueueUrl) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))),
    );
    if (queues.length === 0) return;
    const { key, name, sizeBytes } = event;
    const fields = { image_id: imageIdOf(key), key, event: name, size_bytes: sizeBytes };
    log(logLine('INFO', 'object arrived', { function_name: 's3', ...fields }));
  };
};
