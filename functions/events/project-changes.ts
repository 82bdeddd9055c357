import { setTimeout as pause } from 'node:timers/promises';
import { dynamoChanges } from '#lib/aws/dynamo-changes.ts';
import { dynamoProjections } from '#lib/aws/dynamo-projections.ts';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { sqsDeliverEventQueue } from '#lib/aws/sqs-deliver-event-queue.ts';
import { config } from '#lib/config.ts';
import { projectChanges } from '#lib/events/project-changes.ts';
import { emitPicture } from '#lib/metrics/emit-picture.ts';
import { logger } from '#lib/observability.ts';
import { streamConsumer } from '#lib/stream/stream-consumer.ts';
import { notifySubscribers } from '#lib/webhooks/notify-subscribers.ts';

const now = () => new Date();
const deps = {
  readChange: dynamoChanges(config.tables),
  projections: dynamoProjections(config.tables),
  subscribers: notifySubscribers({
    subscriptions: dynamoSubscriptions(config.tables),
    queue: sqsDeliverEventQueue(config.queues),
    now,
  }),
  now,
  pause,
  random: Math.random,
  reportUnreadable: (
    { streamArn, sequence }: { streamArn: string; sequence: string },
    error: unknown,
  ) => logger.error('change unreadable', { stream: streamArn, sequence, error: String(error) }),
  onPictureEnded: emitPicture,
};

export const handler = streamConsumer((batch) => projectChanges(batch, deps));
