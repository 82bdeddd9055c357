import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StepName } from '#lib/images/image.ts';
import type { StepQueues } from '#lib/images/messages.ts';
import { sqs } from './clients.ts';
import { isEmpty } from './sqs-depth.ts';

/** Workers behind one queue each, given by its URL. */
export const sqsStepQueues = (
  urls: Readonly<Record<StepName | 'recordOutcome', string>>,
  client: SQSClient = sqs(),
): StepQueues => {
  const send = async (url: string, message: unknown) => {
    await client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message) }),
    );
  };
  return {
    ask: (step, message) => send(urls[step], message),
    enqueueOutcome: (message) => send(urls.recordOutcome, message),
    isIdle: (step) => isEmpty(urls[step], client),
  };
};
