import { z } from 'zod';
import { type Operation, operation, wholeNumber } from './operation.ts';
import type { QueueService } from './queue-service.ts';
import { SqsError } from './sqs-error.ts';

/** The operations of a redrive. Amazon SQS API Reference, "Actions". */
export const moveTaskOperations = (service: QueueService): Record<string, Operation> => {
  const { queues, moveTasks } = service;

  return {
    StartMessageMoveTask: operation(
      z.object({ SourceArn: z.string(), DestinationArn: z.string().optional() }),
      ({ SourceArn, DestinationArn }) => {
        const destination = DestinationArn ? queues.getByArn(DestinationArn) : undefined;
        const { handle } = service.startMoveTask(queues.getByArn(SourceArn), destination);
        return { TaskHandle: Buffer.from(handle).toString('base64url') };
      },
    ),

    ListMessageMoveTasks: operation(
      z.object({ SourceArn: z.string(), MaxResults: wholeNumber(1, 10).default(1) }),
      ({ SourceArn, MaxResults }) => ({
        Results: moveTasks.list(queues.getByArn(SourceArn).arn, MaxResults).map((task) => ({
          Status: 'COMPLETED',
          SourceArn: task.source_arn,
          ...(task.destination_arn !== null && { DestinationArn: task.destination_arn }),
          ApproximateNumberOfMessagesMoved: task.moved,
          ApproximateNumberOfMessagesToMove: task.moved,
          StartedTimestamp: task.started_at,
        })),
      }),
    ),

    CancelMessageMoveTask: operation(z.object({ TaskHandle: z.string() }), () => {
      throw new SqsError(
        'ResourceNotFoundException',
        'The task has ended: nothing is left to cancel.',
      );
    }),
  };
};
