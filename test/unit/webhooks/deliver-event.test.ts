import { describe, expect, it } from 'vitest';
import type { WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { Killed } from '#test/support/killable-process.ts';
import { anEvent, webhooksHarness } from '#test/support/webhooks-harness.ts';

const busy = { ok: false, status: 503, error: 'It answered 503.' } as const;
const gone = { ok: false, status: 410, error: 'It is gone.', gone: true } as const;

/** A subscription to which an event is to be delivered. */
const dueEvent = async (...responses: WebhookResponse[]) => {
  const harness = webhooksHarness();
  harness.receiver.answer = (n) => responses[n - 1] ?? { ok: true, status: 204 };
  await harness.create();
  await harness.notify(anEvent('evt_1'));
  const webhook = async () => {
    const [found] = await harness.list();
    if (!found) throw new Error('There is no webhook.');
    return found;
  };
  return { ...harness, webhook };
};

describe('the delivery of an event', () => {
  it('is repeated after the waits of the schedule until it succeeds, with the same id and body', async () => {
    const harness = await dueEvent(busy, busy);

    const waits = [await harness.deliver(), await harness.deliver(), await harness.deliver()];

    expect(waits).toEqual([0, 5, 60]);
    expect(harness.waiting).toEqual([]);
    const [first] = harness.receiver.requests;
    expect(harness.receiver.requests).toEqual([first, first, first]);
    expect((await harness.webhook()).attempts).toEqual([
      { at: '2026-11-30T10:00:00.000Z', eventId: 'evt_1', status: 503, error: 'It answered 503.' },
      { at: '2026-11-30T10:00:05.000Z', eventId: 'evt_1', status: 503, error: 'It answered 503.' },
      { at: '2026-11-30T10:01:05.000Z', eventId: 'evt_1', status: 204, error: null },
    ]);
  });

  it('ends with the last wait of the schedule', async () => {
    const harness = await dueEvent(busy, busy, busy);

    await harness.deliverAll();

    expect(harness.receiver.requests).toHaveLength(3);
    expect((await harness.webhook()).subscription.state).toBe('active');
  });

  it('waits as long as Retry-After says, in parts that SQS can delay', async () => {
    const harness = await dueEvent({ ...busy, status: 429, retryAfterSeconds: 2000 });

    const waits = [];
    while (harness.waiting.length > 0) waits.push(await harness.deliver());

    expect(waits).toEqual([0, 900, 900, 200]);
    expect(harness.receiver.requests).toHaveLength(2);
  });

  it('waits up to a tenth longer by chance, in whole seconds, and never less', async () => {
    const harness = await dueEvent(busy, { ...busy, status: 429, retryAfterSeconds: 800 });
    harness.deps.random = () => 0.999;

    const waits = [await harness.deliver(), await harness.deliver(), await harness.deliver()];

    expect(waits).toEqual([0, 5, 879]);
  });

  it('that would fail again in the same way is not repeated', async () => {
    const harness = await dueEvent({ ...busy, status: 308, permanent: true });

    await harness.deliverAll();

    expect(harness.receiver.requests).toHaveLength(1);
    expect((await harness.webhook()).subscription.state).toBe('active');
  });

  it('to a receiver that answers 410 disables its subscription, and drops what waits for it', async () => {
    const harness = await dueEvent(gone);
    await harness.notify(anEvent('evt_2'));

    await harness.deliverAll();

    expect(harness.receiver.requests).toHaveLength(1);
    expect(await harness.webhook()).toMatchObject({
      subscription: { state: 'disabled' },
      attempts: [{ status: 410 }],
    });
    await expect(harness.test('webhook-1')).rejects.toThrow('is disabled');
  });

  it('is dropped where the subscription was deleted', async () => {
    const harness = await dueEvent();
    await harness.delete('webhook-1');

    await harness.deliver();

    expect(harness.receiver.requests).toEqual([]);
  });

  it('is made once by two workers at the same time; the other one waits for the lease', async () => {
    const harness = await dueEvent();
    const { message } = harness.next();
    let other: unknown;
    harness.receiver.answer = () => ({ ok: true, status: 204 });
    const { send } = harness.deps;
    harness.deps.send = async (request) => {
      harness.deps.send = send;
      other = await harness.work(message).catch((error: unknown) => error);
      return send(request);
    };

    await harness.work(message);

    expect(other).toMatchObject({ name: 'BeingDeliveredError', retryAfterSeconds: 30 });
    await harness.work(message);
    expect(harness.receiver.requests).toHaveLength(1);
  });

  it('shows the latest ten attempts of all events', async () => {
    const harness = await dueEvent();
    for (let n = 2; n <= 14; n++) {
      await harness.deliver();
      harness.pass(1000);
      await harness.notify(anEvent(`evt_${n}`));
    }
    await harness.deliver();

    const { attempts } = await harness.webhook();
    expect(attempts.map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: 10 }, (_, n) => `evt_${n + 5}`),
    );
  });
});

describe('a worker that is killed while it delivers an event', () => {
  /** Kills the worker before its n-th write, and delivers what is left after its lease. */
  const killed = async (writes: number, answer: (n: number) => WebhookResponse) => {
    const harness = await dueEvent();
    harness.receiver.answer = answer;
    const { message } = harness.next();
    harness.worker.killAfter(writes);
    const wasKilled = await harness.work(message).then(
      () => false,
      (error: unknown) => error instanceof Killed,
    );
    harness.worker.restart();
    harness.pass(30_000);
    if (wasKilled) await harness.work(message); // SQS delivers it again
    await harness.deliverAll();
    const { requests } = harness.receiver;
    expect(new Set(requests.map(({ id, body }) => id + body)).size).toBe(1);
    return { ...harness, requests };
  };

  it('before any of its writes, delivers the event, again only where the response was lost', async () => {
    const requests = [];
    for (let writes = 0; writes < 5; writes++) {
      const harness = await killed(writes, () => ({ ok: true, status: 204 }));
      expect((await harness.webhook()).attempts.at(-1)).toMatchObject({ status: 204 });
      requests.push(harness.requests.length);
    }

    // Its writes: the lease, the request, the attempt, the progress.
    expect(requests).toEqual([1, 1, 2, 2, 1]);
  });

  it('before any of its writes, repeats the event where the receiver was busy', async () => {
    for (let writes = 0; writes < 6; writes++) {
      const harness = await killed(writes, (n) => (n < 3 ? busy : { ok: true, status: 204 }));
      expect((await harness.webhook()).attempts.at(-1)).toMatchObject({ status: 204 });
      expect(harness.requests).toHaveLength(3);
    }
  });

  it('before any of its writes, disables the webhook of a receiver that is gone', async () => {
    for (let writes = 0; writes < 6; writes++) {
      const harness = await killed(writes, () => gone);
      expect((await harness.webhook()).subscription.state).toBe('disabled');
      expect(harness.requests.length).toBeLessThanOrEqual(2);
    }
  });
});

describe('a test event', () => {
  it('is sent whatever the webhook subscribed to, attempted once, and shown', async () => {
    const harness = await dueEvent({ ok: true, status: 204 }, busy);
    await harness.deliver();

    const { eventId } = await harness.test('webhook-1');
    await harness.deliverAll();

    expect(harness.receiver.requests.slice(1)).toEqual([
      {
        id: eventId,
        url: 'https://hook.example/',
        body: JSON.stringify({
          type: 'webhook.test',
          timestamp: '2026-11-30T10:00:00.000Z',
          data: { webhook_id: 'webhook-1' },
        }),
      },
    ]);
    expect((await harness.webhook()).attempts.at(-1)).toMatchObject({ eventId, status: 503 });
  });
});
