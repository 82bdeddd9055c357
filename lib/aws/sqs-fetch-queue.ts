import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { FetchQueue } from '#lib/images/messages.ts';
import { sqs } from './clients.ts';
import { isEmpty } from './sqs-depth.ts';
import { traceAttributes } from './trace-attributes.ts';

/** The queue `fetch-image` in SQS. */
export const sqsFetchQueue = (
  urls: Readonly<Record<'fetch-image', string>>,
  client: SQSClient = sqs(),
): FetchQueue => ({
  async enqueue(message) {
    await client.send(
      new SendMessageCommand({
        QueueUrl: urls['fetch-image'],
        MessageBody: JSON.stringify(message),
        ...traceAttributes(),
      }),
    );
  },
  isIdle: () => isEmpty(urls['fetch-image'], client),
});
