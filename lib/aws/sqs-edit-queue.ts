import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EditQueue } from '#lib/edits/edits.ts';
import { sqs } from './clients.ts';
import { traceAttributes } from './trace-attributes.ts';

/** The queue `run-edit` in SQS. */
export const sqsEditQueue = (
  urls: Readonly<Record<'run-edit', string>>,
  client: SQSClient = sqs(),
): EditQueue => ({
  async enqueue(message) {
    await client.send(
      new SendMessageCommand({
        QueueUrl: urls['run-edit'],
        MessageBody: JSON.stringify(message),
        ...traceAttributes(),
      }),
    );
  },
});
