import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { BatchQueues } from '#lib/batches/messages.ts';
import { sqs } from './clients.ts';
import { isEmpty } from './sqs-depth.ts';

type Urls = Readonly<
  Record<
    'objectCreated' | 'expandBatch' | 'importRow' | 'recordOutcome' | 'closeBatch' | 'sendWebhook',
    string
  >
>;

const mostPerBatch = 10; // SendMessageBatch's limit

/** The workers of batches behind one queue each, given by its URL. */
export const sqsBatchQueues = (urls: Urls, client: SQSClient = sqs()): BatchQueues => {
  const send = async (url: string, message: unknown, delaySeconds?: number) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify(message),
        ...(delaySeconds && { DelaySeconds: delaySeconds }),
      }),
    );
  };

  return {
    expand: (message) => send(urls.expandBatch, message),

    async import(messages) {
      for (let from = 0; from < messages.length; from += mostPerBatch) {
        const some = messages.slice(from, from + mostPerBatch);
        const { Failed: failed } = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: urls.importRow,
            Entries: some.map((message, index) => ({
              Id: String(index),
              MessageBody: JSON.stringify(message),
            })),
          }),
        );
        const [first] = failed ?? [];
        if (first) throw new Error(`SQS did not take a message: ${first.Code}.`);
      }
    },

    close: (message) => send(urls.closeBatch, message),
    sendWebhook: (message, delaySeconds) => send(urls.sendWebhook, message, delaySeconds),

    async areIdle() {
      // Arrivals too: a picture that was fetched may still wait to be seen.
      const { expandBatch, importRow, objectCreated, recordOutcome, closeBatch } = urls;
      const watched = [expandBatch, importRow, objectCreated, recordOutcome, closeBatch];
      const empty = await Promise.all(watched.map((url) => isEmpty(url, client)));
      return empty.every(Boolean);
    },
  };
};
