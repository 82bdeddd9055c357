import { z } from 'zod';
import type { Queues } from './queues.ts';
import { SqsError } from './sqs-error.ts';

/** A queue by its URL; only the name in it counts, so that it may pass through a proxy. */
const queueNameIn = (queueUrl: string): string => {
  const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  if (name) return name;
  throw new SqsError(
    'InvalidAddress',
    `The address ${queueUrl.slice(0, 200)} is not valid for this endpoint.`,
  );
};

/** Parses the URL of a queue to the queue. Throws QueueDoesNotExist or InvalidAddress. */
export const queueUrl = (queues: Queues) =>
  z.string().transform((url) => queues.get(queueNameIn(url)));
