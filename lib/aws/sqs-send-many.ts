import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { traceAttributes } from './trace-attributes.ts';

const maxEntries = 10; // of SendMessageBatch

/** Sends messages as JSON, none of them delayed unless `delaySeconds` says so. Throws if one is rejected. */
export const sendMany = async (
  client: SQSClient,
  queueUrl: string,
  messages: readonly unknown[],
  delaySeconds?: number,
): Promise<void> => {
  for (let from = 0; from < messages.length; from += maxEntries) {
    const { Failed: failed } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.slice(from, from + maxEntries).map((message, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(message),
          ...traceAttributes(),
          ...(delaySeconds && { DelaySeconds: delaySeconds }),
          ...traceAttributes(),
        })),
      }),
    );
    const [first] = failed ?? [];
    if (first) throw new Error(`SQS rejected a message: ${first.Code}.`);
  }
};
