import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { sqs } from './clients.ts';

/** Returns a received message to its queue, visible again in so many seconds (0 to 43 200). */
export const sqsBackoff =
  (client?: SQSClient) =>
  async (queueUrl: string, receiptHandle: string, seconds: number): Promise<void> => {
    await (client ?? sqs()).send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  };
