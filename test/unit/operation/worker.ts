import type { z } from 'zod';
import { consumer, type LogOptions } from '#lib/queue/consumer.ts';
import { anSqsEvent, context } from '#test/support/sqs-events.ts';

type Options<Message, Result> = {
  work: (message: Message, delivery: { attempts: number }) => Promise<Result>;
  giveUp?: (message: Message, last: { reason: string; attempts: number }) => Promise<unknown>;
  log?: LogOptions<Message, Result>;
};

/** Delivers one message to a worker as functions/ wire it, over stores in memory. */
export const deliver = <Message, Result>(
  schema: z.ZodType<Message>,
  message: unknown,
  { work, giveUp, log }: Options<Message, Result>,
  attempts = 1,
) =>
  consumer(schema, work, {
    queueUrl: 'http://queue.test/q',
    backOff: async () => {},
    ...(giveUp && { giveUp: async (...last) => void (await giveUp(...last)) }),
    ...(log && { log }),
  })(anSqsEvent([message], attempts), context);
