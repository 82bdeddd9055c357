import { describe, expect, it } from 'vitest';
import type { WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { anEvent, webhooksHarness } from '#test/support/webhooks-harness.ts';

const busy = { ok: false, status: 503, error: 'It answered 503.' } as const;
const accepted = { ok: true, status: 204 } as const;
const dayMs = 24 * 3600 * 1000;

/** A webhook whose receiver answers each attempt as the test says. */
const subscribed = async () => {
  const harness = webhooksHarness();
  await harness.create();
  let events = 0;
  return {
    ...harness,
    /** Delivers one event, with all attempts that it needs. */
    send: async (response: WebhookResponse) => {
      harness.receiver.answer = () => response;
      await harness.notify(anEvent(`evt_${++events}`));
      await harness.deliverAll();
    },
    subscription: async () => (await harness.list())[0]?.subscription,
  };
};

describe('a webhook to which nothing can be delivered', () => {
  it('is disabled after five days, says so, and gets nothing more', async () => {
    const { send, pass, subscription, test, receiver } = await subscribed();
    for (let days = 0; days < 5; days++) {
      await send(busy);
      expect(await subscription()).toMatchObject({
        state: 'active',
        failingSince: '2026-11-30T10:01:05.000Z', // the last attempt of the first event
      });
      pass(dayMs);
    }

    await send(busy);

    expect(await subscription()).toMatchObject({
      state: 'disabled',
      reason: 'Every delivery failed for five days.',
    });
    await expect(test('webhook-1')).rejects.toThrow('Every delivery failed for five days.');
    const { length } = receiver.requests;
    await send(accepted);
    expect(receiver.requests).toHaveLength(length);
  });

  it('starts anew where one event was delivered in between', async () => {
    const { send, pass, subscription } = await subscribed();
    await send(busy);
    pass(4 * dayMs);
    await send(accepted);
    expect((await subscription())?.failingSince).toBeUndefined();

    await send(busy);
    pass(4 * dayMs);
    await send(busy);

    expect(await subscription()).toMatchObject({ state: 'active' });
  });

  it('is not one that accepts an event at the last attempt', async () => {
    const { notify, deliverAll, receiver, subscription, pass } = await subscribed();
    for (let n = 1; n <= 8; n++) {
      receiver.answer = (request) => (request % 3 === 0 ? accepted : busy);
      await notify(anEvent(`evt_slow_${n}`));
      await deliverAll();
      pass(dayMs);
    }

    expect(await subscription()).toMatchObject({ state: 'active' });
    expect((await subscription())?.failingSince).toBeUndefined();
  });

  it('is not judged by test events, which are attempted once', async () => {
    const { test, deliverAll, receiver, subscription, pass } = await subscribed();
    receiver.answer = () => busy;
    for (let days = 0; days < 7; days++) {
      await test('webhook-1');
      await deliverAll();
      pass(dayMs);
    }

    expect(await subscription()).toMatchObject({ state: 'active' });
    expect((await subscription())?.failingSince).toBeUndefined();
  });
});
