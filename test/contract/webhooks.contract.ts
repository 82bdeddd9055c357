import { describe, expect, it } from 'vitest';
import type { EventDeliveries } from '#lib/webhooks/event-delivery.ts';
import type { DeliveryProgress } from '#lib/webhooks/progress.ts';
import type { Subscription, Subscriptions } from '#lib/webhooks/subscription.ts';

const subscription = (webhookId: string): Subscription => ({
  webhookId,
  url: 'https://hook.example/?größe=1',
  events: ['image.done', 'edit.ended'],
  state: 'active',
  createdAt: '2026-11-30T10:00:00.000Z',
});
const now = new Date('2026-11-30T10:00:00.000Z');

/** The contract of every `Subscriptions` adapter. */
export const subscriptionsContract = (
  name: string,
  open: () => Promise<Subscriptions> | Subscriptions,
) =>
  describe(`${name} subscriptions`, () => {
    it('are found as they were saved, in their order', async () => {
      const subscriptions = await open();
      expect(await subscriptions.find()).toBeUndefined();

      expect(await subscriptions.save(undefined, [subscription('b'), subscription('a')])).toBe(
        true,
      );

      const known = await subscriptions.find();
      expect(known?.subscriptions).toEqual([subscription('b'), subscription('a')]);
      expect(await subscriptions.save(known, [])).toBe(true);
      expect((await subscriptions.find())?.subscriptions).toEqual([]);
    });

    it('are saved once where several writers read the same list', async () => {
      const subscriptions = await open();

      const first = await Promise.all(
        ['a', 'b', 'c'].map((id) => subscriptions.save(undefined, [subscription(id)])),
      );
      expect(first.filter(Boolean)).toHaveLength(1);

      const known = await subscriptions.find();
      const second = await Promise.all(
        ['d', 'e', 'f'].map((id) => subscriptions.save(known, [subscription(id)])),
      );
      expect(second.filter(Boolean)).toHaveLength(1);
    });
  });

const key = { webhookId: 'a-webhook', eventId: 'evt_1' };
const leased: DeliveryProgress = {
  state: 'pending',
  round: 1,
  tries: 0,
  dueAt: '2026-11-30T10:00:00.000Z',
  leasedUntil: '2026-11-30T10:00:30.000Z',
};

/** The contract of every `EventDeliveries` adapter. */
export const eventDeliveriesContract = (
  name: string,
  open: () => Promise<EventDeliveries> | EventDeliveries,
) =>
  describe(`${name} event deliveries`, () => {
    it('are found by their webhook and event', async () => {
      const deliveries = await open();
      expect(await deliveries.find(key)).toBeUndefined();

      expect(await deliveries.save(key, undefined, leased, now)).toBe(true);

      const known = await deliveries.find(key);
      expect(known?.progress).toEqual(leased);
      expect(await deliveries.find({ ...key, eventId: 'evt_2' })).toBeUndefined();
      expect(await deliveries.find({ ...key, webhookId: 'another' })).toBeUndefined();

      const delivered: DeliveryProgress = { state: 'delivered', round: 1, tries: 1 };
      expect(await deliveries.save(key, known, delivered, now)).toBe(true);
      expect((await deliveries.find(key))?.progress).toEqual(delivered);
    });

    it('are leased by one of several workers', async () => {
      const deliveries = await open();

      const all = await Promise.all(
        Array.from({ length: 5 }, () => deliveries.save(key, undefined, leased, now)),
      );
      expect(all.filter(Boolean)).toHaveLength(1);
    });

    it('list the latest attempts of a webhook, oldest first, each once', async () => {
      const deliveries = await open();
      const attempts = Array.from({ length: 13 }, (_, n) => ({
        at: `2026-11-30T10:00:${String(n).padStart(2, '0')}.000Z`,
        eventId: `evt_${n % 3}`,
        status: n % 2 ? 503 : null,
        error: 'It failed.',
      }));

      for (const attempt of [...attempts, ...attempts.slice(5, 8)])
        await deliveries.addAttempt('a-webhook', attempt);

      expect(await deliveries.latestAttempts('a-webhook', 10)).toEqual(attempts.slice(-10));
      expect(await deliveries.latestAttempts('nothing-yet', 10)).toEqual([]);
    });
  });
