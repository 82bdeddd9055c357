import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EditWorkers } from '#lib/edits/edits.ts';
import { sqs } from './clients.ts';

/** The workers behind the queue `run-edit`, given by its URL. */
export const sqsEdits = (
  { runEdit }: { runEdit: string },
  client: SQSClient = sqs(),
): EditWorkers => ({
  async ask(message) {
    await client.send(
      new SendMessageCommand({ QueueUrl: runEdit, MessageBody: JSON.stringify(message) }),
    );
  },
});
