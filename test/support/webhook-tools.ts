import { afterEach } from 'vitest';
import { newSecret, sendWebhook } from '#lib/web/webhook.ts';
import { type ReceiverAnswer, startWebhookReceiver, type WebhookCall } from './webhook-receiver.ts';
import { verifyBy } from './webhook-verifiers.ts';

type Options = Partial<Parameters<typeof sendWebhook>[0]>;

/**
 * What a test of webhooks needs: a secret, a body, receivers that stop with the test, and a sender
 * that may reach them. Call it at the top of a test file.
 */
export const webhookTools = () => {
  const secret = newSecret();
  const body = JSON.stringify({ request_id: 'r-1', status: 'completed', note: 'Größe „M“ ✓' });
  const toStop: { stop(): Promise<void> }[] = [];
  afterEach(() => Promise.all(toStop.splice(0).map((each) => each.stop())));

  const stopAfterTest = async <Stoppable extends { stop(): Promise<void> }>(
    starting: Promise<Stoppable>,
  ): Promise<Stoppable> => {
    const started = await starting;
    toStop.push(started);
    return started;
  };
  const createSender = ({ host }: { host: string }, options: Options = {}) =>
    sendWebhook({
      allowHosts: [host],
      timeoutMs: 3000,
      secret: async () => secret,
      now: () => new Date(),
      ...options,
    });

  return {
    secret,
    body,
    /** Stops it after the test. */
    stopAfterTest,
    start: (respond?: (n: number) => ReceiverAnswer) =>
      stopAfterTest(startWebhookReceiver(respond && { respond })),
    createSender,
    deliver: (receiver: { host: string; url: string }, options?: Options) =>
      createSender(receiver, options)({ id: 'msg_1', url: receiver.url, body }),
    /** Verifies as a receiver does, with the library of Standard Webhooks; throws where it fails. */
    verify: (call: Pick<WebhookCall, 'body' | 'headers'>, by = secret): unknown =>
      verifyBy.standardwebhooks(call, by),
  };
};
