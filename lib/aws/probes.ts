import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { dynamodb, s3, sqs } from './clients.ts';

/** Each of these rejects where the thing is not there or may not be used. */
export const bucketProbe = (Bucket: string) => () => s3().send(new HeadBucketCommand({ Bucket }));

export const tableProbe = (TableName: string) => () =>
  dynamodb().send(new DescribeTableCommand({ TableName }));

/** How many messages wait in a queue, as far as SQS can tell. */
export const queueDepth = (QueueUrl: string) => async (): Promise<number> => {
  const { Attributes } = await sqs().send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
};
