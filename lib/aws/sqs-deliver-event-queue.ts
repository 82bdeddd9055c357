import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DeliverEventQueue } from '#lib/webhooks/event-delivery.ts';
import { sqs } from './clients.ts';
import { sendMany } from './sqs-send-many.ts';

/** The queue `deliver-event` in SQS. */
export const sqsDeliverEventQueue = (
  urls: Readonly<Record<'deliver-event', string>>,
  client: SQSClient = sqs(),
): DeliverEventQueue => ({
  enqueue: (messages, delaySeconds) =>
    sendMany(client, urls['deliver-event'], messages, delaySeconds),
});
