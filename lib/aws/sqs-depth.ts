import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const depths = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** True if a queue has no messages, received ones included, as far as SQS knows: depths are approximate. */
export const isEmpty = async (queueUrl: string, client: SQSClient): Promise<boolean> => {
  const { Attributes: attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...depths] }),
  );
  // A missing depth is not zero.
  return depths.every((depth) => attributes?.[depth] === '0');
};
