import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { dynamodb, s3, sqs } from './clients.ts';

/** Rejects where the bucket does not exist or may not be used. */
export const bucketProbe = (Bucket: string) => () => s3().send(new HeadBucketCommand({ Bucket }));

/** Rejects where the table does not exist or may not be used. */
export const tableProbe = (TableName: string) => () =>
  dynamodb().send(new DescribeTableCommand({ TableName }));

/** How many messages a queue has, approximately. Rejects where it does not exist or may not be used. */
export const queueDepth = (QueueUrl: string) => async (): Promise<number> => {
  const { Attributes } = await sqs().send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
};
