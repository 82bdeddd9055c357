import { describe, expect, it } from 'vitest';
import { maxSubscriptions } from '#lib/webhooks/subscription.ts';
import { anEvent, webhooksHarness } from '#test/support/webhooks-harness.ts';

describe('a webhook subscription', () => {
  it('is listed with what it subscribed to, each type once', async () => {
    const harness = webhooksHarness();

    await harness.create(['image.done', 'edit.ended', 'image.done']);

    expect(await harness.list()).toEqual([
      {
        subscription: {
          webhookId: 'webhook-1',
          url: 'https://hook.example/',
          events: ['image.done', 'edit.ended'],
          state: 'active',
          createdAt: '2026-11-30T10:00:00.000Z',
        },
        attempts: [],
      },
    ]);
  });

  it('is one of twenty at most, however many are created at once', async () => {
    const harness = webhooksHarness();

    const results = await Promise.allSettled(
      Array.from({ length: maxSubscriptions + 5 }, () => harness.create()),
    );

    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({
      reason: { message: expect.stringMatching(/^There are 20 webhooks, .*; delete one first\.$/) },
    });
    const [first, ...others] = await harness.list();
    expect(others).toHaveLength(maxSubscriptions - 1);
    await harness.delete(first?.subscription.webhookId ?? '');
    await harness.create();
    expect(await harness.list()).toHaveLength(maxSubscriptions);
  });

  it('is refused where its URL can never work', async () => {
    const harness = webhooksHarness();

    for (const url of [
      'ftp://hook.example/',
      'https://ann:pw@hook.example/',
      'http://localhost:3000/hook',
      'http://127.1/',
      'http://[::1]/',
      'http://169.254.169.254/latest/meta-data',
      'http://10.0.0.7:8080/hook',
    ])
      await expect(harness.create(['image.done'], url), url).rejects.toMatchObject({
        code: 'invalid_field',
        message: expect.stringMatching(/^The field url .+\.$/),
      });
    expect(await harness.list()).toEqual([]);
  });

  it('is refused where nothing could sign for it', async () => {
    const harness = webhooksHarness();
    harness.deps.canSign = false;

    await expect(harness.create()).rejects.toThrow('cannot sign webhooks yet');
  });

  it('that is deleted is gone, and deleting it again is not found', async () => {
    const harness = webhooksHarness();
    await harness.create();
    const other = await harness.create();

    await harness.delete('webhook-1');

    expect((await harness.list()).map(({ subscription }) => subscription)).toEqual([other]);
    await expect(harness.delete('webhook-1')).rejects.toThrow('Webhook not found');
    await expect(harness.test('webhook-1')).rejects.toThrow('Webhook not found');
  });
});

describe('notified events', () => {
  it('go to each subscription of their type, as the body that Standard Webhooks recommends', async () => {
    const harness = webhooksHarness();
    await harness.create(['image.done']);
    await harness.create(['image.done', 'image.failed']);
    await harness.create(['batch.ended']);

    await harness.notify(anEvent('evt_1'), anEvent('evt_2', 'image.failed'));

    expect(
      harness.waiting.map(({ message }) => `${message.webhook_id} ${message.event_id}`),
    ).toEqual(['webhook-1 evt_1', 'webhook-2 evt_1', 'webhook-2 evt_2']);
    await harness.deliverAll();
    expect(harness.receiver.requests[0]).toEqual({
      id: 'evt_1',
      url: 'https://hook.example/',
      body: JSON.stringify({
        type: 'image.done',
        timestamp: '2026-11-30T09:59:59.000Z',
        data: { image_id: 'an-image', status: 'done', error: null, error_code: null },
      }),
    });
  });

  it('send no message where there is no subscription, or only a disabled one', async () => {
    const harness = webhooksHarness();
    await harness.notify(anEvent('evt_1'));
    await harness.create();
    harness.receiver.answer = () => ({ ok: false, status: 410, error: 'Gone.', gone: true });
    await harness.notify(anEvent('evt_2'));
    await harness.deliverAll();

    await harness.notify(anEvent('evt_3'));

    expect(harness.waiting).toEqual([]);
    expect(harness.receiver.requests.map(({ id }) => id)).toEqual(['evt_2']);
  });

  it('that come again are delivered once', async () => {
    const harness = webhooksHarness();
    await harness.create();
    const events = [anEvent('evt_1'), anEvent('evt_2')];

    await harness.notify(...events);
    await harness.notify(...events);
    await harness.deliverAll();
    await harness.notify(...events);
    await harness.deliverAll();

    expect(harness.receiver.requests.map(({ id }) => id)).toEqual(['evt_1', 'evt_2']);
  });
});
