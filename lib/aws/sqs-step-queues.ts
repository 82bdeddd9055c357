import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StepQueues } from '#lib/images/messages.ts';
import { type StepWorker, steps } from '#lib/images/steps.ts';
import { sqs } from './clients.ts';
import { isEmpty } from './sqs-depth.ts';
import { traceAttributes } from './trace-attributes.ts';

/** The queues of the step workers in SQS, by name. */
export const sqsStepQueues = (
  urls: Readonly<Record<StepWorker | 'record-outcome', string>>,
  client: SQSClient = sqs(),
): StepQueues => {
  const send = async (url: string, message: unknown) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify(message),
        ...traceAttributes(),
      }),
    );
  };
  return {
    enqueue: (step, message) => send(urls[steps[step].worker], message),
    enqueueOutcome: (message) => send(urls['record-outcome'], message),
    isIdle: (step) => isEmpty(urls[steps[step].worker], client),
  };
};
