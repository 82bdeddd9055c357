import { z } from 'zod';
import { type Operation, operation } from './operation.ts';
import type { QueueService } from './queue-service.ts';
import { queueUrl } from './queue-url.ts';

const Texts = z.record(z.string(), z.string());

/** The operations on tags. Amazon SQS API Reference, "Actions". */
export const tagOperations = ({ queues }: QueueService): Record<string, Operation> => {
  const QueueUrl = queueUrl(queues);

  return {
    ListQueueTags: operation(z.object({ QueueUrl }), ({ QueueUrl: { tags } }) =>
      Object.keys(tags).length > 0 ? { Tags: tags } : {},
    ),

    TagQueue: operation(z.object({ QueueUrl, Tags: Texts }), ({ QueueUrl: queue, Tags }) => {
      queues.setTags(queue, { ...queue.tags, ...Tags });
      return {};
    }),

    UntagQueue: operation(
      z.object({ QueueUrl, TagKeys: z.array(z.string()) }),
      ({ QueueUrl: queue, TagKeys }) => {
        const left = Object.entries(queue.tags).filter(([key]) => !TagKeys.includes(key));
        queues.setTags(queue, Object.fromEntries(left));
        return {};
      },
    ),
  };
};
