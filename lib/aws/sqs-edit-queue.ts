import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EditQueue } from '#lib/edits/edits.ts';
import { sqs } from './clients.ts';

/** The workers behind the queue `run-edit`, given by its URL. */
export const sqsEditQueue = (
  { runEdit }: { runEdit: string },
  client: SQSClient = sqs(),
): EditQueue => ({
  async ask(message) {
    await client.send(
      new SendMessageCommand({ QueueUrl: runEdit, MessageBody: JSON.stringify(message) }),
    );
  },
});
