import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { BatchQueues } from '#lib/batches/messages.ts';
import { sqs } from './clients.ts';
import { isEmpty } from './sqs-depth.ts';
import { sendMany } from './sqs-send-many.ts';
import { traceAttributes } from './trace-attributes.ts';

type Urls = Readonly<
  Record<
    | 'object-created'
    | 'expand-batch'
    | 'import-row'
    | 'record-outcome'
    | 'close-batch'
    | 'send-webhook',
    string
  >
>;

/** The queues that hold messages of a batch in progress. */
const batchQueueNames = [
  'expand-batch',
  'import-row',
  'object-created',
  'record-outcome',
  'close-batch',
] as const;

/** The queues of the batch workers in SQS, by name. */
export const sqsBatchQueues = (urls: Urls, client: SQSClient = sqs()): BatchQueues => {
  const send = async (url: string, message: unknown, delaySeconds?: number) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify(message),
        ...(delaySeconds && { DelaySeconds: delaySeconds }),
        ...traceAttributes(),
      }),
    );
  };

  return {
    expand: (message) => send(urls['expand-batch'], message),

    import: (messages) => sendMany(client, urls['import-row'], messages),
    close: (message) => send(urls['close-batch'], message),
    sendWebhook: (message, delaySeconds) => send(urls['send-webhook'], message, delaySeconds),

    async areIdle() {
      // S3 events too: a picture that was fetched may not be registered yet.
      const empty = await Promise.all(batchQueueNames.map((name) => isEmpty(urls[name], client)));
      return empty.every(Boolean);
    },
  };
};
