import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import {
  type ReceiverAnswer,
  startWebhookReceiver,
  type WebhookReceiver,
} from '#test/support/webhook-receiver.ts';
import { verifyBy } from '#test/support/webhook-verifiers.ts';
import { faultsSeed } from './random.ts';

const kills = isLong ? 500 : 50;
const moments = ['before', 'after'] as const;
/** One replaces the other while the worker is killed, so each request has two signatures. */
const secrets = ['newer', 'older'].map(
  (text) => `whsec_${Buffer.alloc(24, text).toString('base64')}`,
);

let receiver: WebhookReceiver;
let darkroom: FaultyDarkroom;
beforeAll(async () => {
  receiver = await startWebhookReceiver({
    respond: () => {
      const id = String(receiver.calls.at(-1)?.headers['webhook-id']);
      if (!isBusyOnce(id) || countCalls(id) > 1) return { status: 204 };
      return failures[Number(id.replace(/^evt_/, '')) % failures.length] ?? { status: 503 };
    },
  });
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    workers: 'forked',
    env: {
      CAPTION_PROVIDER: 'none',
      LOCAL_VISIBILITY_SECONDS: '3',
      PIPELINE_CONCURRENCY: '4',
      FETCH_ALLOW_HOSTS: receiver.host,
      WEBHOOK_SECRET: secrets.join(','),
      WEBHOOK_SCHEDULE: '1s,1s,1s',
    },
  });
}, 120_000);
afterAll(async () => {
  await darkroom?.stop();
  await receiver?.stop();
});

const countCalls = (id: string) =>
  receiver.calls.filter(({ headers }) => headers['webhook-id'] === id).length;
/** What a receiver does to the first attempt of every other event, which has to be repeated. */
const failures: ReceiverAnswer[] = [
  { status: 503 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 307, headers: { location: 'http://127.0.0.1:9/' } },
  'reset',
  { status: 500, headers: { 'content-length': '1000', connection: 'close' }, body: 'shorter' },
];
const isBusyOnce = (id: string) => /[02468]$/.test(id);

describe('deliver-event', () => {
  it(
    `that is killed ${kills} times, before and after each of its calls, delivers every event`,
    async () => {
      const { data } = await darkroom.json('/api/webhooks', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: receiver.url }),
      });
      const { webhook_id } = z.looseObject({ webhook_id: z.string() }).parse(data);
      const message = (n: number): DeliverEventMessage => ({
        webhook_id,
        event_id: `evt_${n}`,
        type: 'image.done',
        body: JSON.stringify({ type: 'image.done', n }),
        attempt: 0,
        due_at: new Date().toISOString(),
      });
      const isDelivered = (n: number) => countCalls(`evt_${n}`) >= (isBusyOnce(`evt_${n}`) ? 2 : 1);

      // The calls are recorded from an event without kills, so that no boundary can be forgotten here.
      await darkroom.send('deliver-event', [JSON.stringify(message(0))]);
      await eventually(() => expect(isDelivered(0)).toBe(true), { within: waitMs });
      await darkroom.delivered();
      const { calls } = await darkroom.faultControl.report();
      // PutItem writes the lease, the attempt and the progress.
      const boundaries = (calls['deliver-event'] ?? []).flatMap((call) =>
        moments.flatMap((when) =>
          (call.startsWith('PutItem') ? [1, 2, 3] : [1]).map((nth) => ({
            worker: 'deliver-event',
            call,
            when,
            nth,
          })),
        ),
      );
      const failpoints = Array.from({ length: kills }, (_, n) => boundaries[n % boundaries.length]);
      await darkroom.faultControl.add(...failpoints.filter((one) => one !== undefined));
      const events = Array.from({ length: kills * 2 }, (_, n) => n + 1);
      await darkroom.send(
        'deliver-event',
        events.map((n) => JSON.stringify(message(n))),
      );
      await eventually(() => expect(events.filter((n) => !isDelivered(n))).toEqual([]), {
        within: waitMs,
      });
      await darkroom.delivered();

      const { waiting, triggered } = await darkroom.faultControl.report();
      expect(waiting).toEqual([]);
      expect(triggered).toHaveLength(kills);
      // A response that was lost with its worker is requested again: at most once for each kill.
      const repeated = events.filter((n) => !isBusyOnce(`evt_${n}`) && countCalls(`evt_${n}`) > 1);
      report(
        `${kills} kills at ${boundaries.length} boundaries, ${repeated.length} lost responses`,
      );
      expect(receiver.calls.length).toBeLessThanOrEqual(1.5 * events.length + 2 + kills);
      for (const call of receiver.calls)
        for (const verify of Object.values(verifyBy))
          for (const secret of secrets)
            expect(`evt_${Object(verify(call, secret)).n}`).toBe(call.headers['webhook-id']);
      expect(await darkroom.deadLetters()).toEqual({});
    },
    proofMs,
  );
});

const report = (text: string) => process.stdout.write(`${text}\n`);
