import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const depths = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** True if nothing waits in a queue and nobody works on what it gave, as far as SQS can tell. */
export const isEmpty = async (queueUrl: string, client: SQSClient): Promise<boolean> => {
  const { Attributes: attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...depths] }),
  );
  // A depth that is not told is no zero: nobody is called idle for want of an answer.
  return depths.every((depth) => attributes?.[depth] === '0');
};
