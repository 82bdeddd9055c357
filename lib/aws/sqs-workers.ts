import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StepName } from '#lib/images/image.ts';
import type { Workers } from '#lib/images/messages.ts';
import { sqs } from './clients.ts';

const depths = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Workers behind one queue each, given by its URL. */
export const sqsWorkers = (
  urls: Readonly<Record<StepName, string>>,
  client: SQSClient = sqs(),
): Workers => ({
  async ask(step, message) {
    await client.send(
      new SendMessageCommand({ QueueUrl: urls[step], MessageBody: JSON.stringify(message) }),
    );
  },

  async isIdle(step) {
    const { Attributes: attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: urls[step], AttributeNames: [...depths] }),
    );
    // A depth that is not told is no zero: nobody is called idle for want of an answer.
    return depths.every((depth) => attributes?.[depth] === '0');
  },
});
