import { z } from 'zod';
import { AwsError, type CallAws } from './call-aws.ts';
import type { Queue } from './resource-schemas.ts';

const Url = z.object({ QueueUrl: z.string() });

/** Makes what is missing, and gives the queues that exist the attributes and tags that they should have now. */
export const createQueues = async (
  queues: readonly Queue[],
  call: CallAws,
  /** Instead of what the template says, where it says one. */
  visibilityTimeoutSeconds?: number,
): Promise<void> => {
  const create = async ({ QueueName, attributes, tags }: Queue): Promise<void> => {
    const isReplaced = visibilityTimeoutSeconds !== undefined && 'VisibilityTimeout' in attributes;
    const Attributes = {
      ...attributes,
      ...(isReplaced && { VisibilityTimeout: String(visibilityTimeoutSeconds) }),
    };
    const { QueueUrl } = Url.parse(
      await call('AmazonSQS.CreateQueue', { QueueName, Attributes, tags }).catch(
        async (error: unknown) => {
          if (!(error instanceof AwsError) || error.code !== 'QueueNameExists') throw error;
          const existing = Url.parse(await call('AmazonSQS.GetQueueUrl', { QueueName }));
          await call('AmazonSQS.SetQueueAttributes', { ...existing, Attributes });
          return existing;
        },
      ),
    );
    if (Object.keys(tags).length > 0) await call('AmazonSQS.TagQueue', { QueueUrl, Tags: tags });
  };

  // Dead-letter queues first: a RedrivePolicy may only name a queue that is there. They may have
  // dead letters of their own.
  const waiting = new Set(queues);
  while (waiting.size > 0) {
    const ready = [...waiting].filter((queue) => !dependsOnAny(queue, waiting));
    const next = ready.length > 0 ? ready : [...waiting]; // a circle: SQS says what is wrong
    await Promise.all(next.map(create));
    for (const queue of next) waiting.delete(queue);
  }
};

const dependsOnAny = (queue: Queue, others: Iterable<Queue>): boolean =>
  [...others].some(
    ({ QueueName }) =>
      QueueName !== queue.QueueName &&
      queue.attributes['RedrivePolicy']?.includes(`:${QueueName}"`),
  );
