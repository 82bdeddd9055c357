import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoProjections } from '#lib/aws/dynamo-projections.ts';
import type { Event } from '#lib/events/event.ts';
import { openDynamodbBackend } from './backend.ts';
import { endings, inBatches, named, openFeed, someChanges } from './event-feed-harness.ts';

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

describe('the log of events', () => {
  it('is read on from any position, also within a page', async () => {
    const feed = await openFeed(backend);
    const { records, last } = someChanges('a', 30);
    for (const batch of inBatches(records, () => 25)) await feed.project('a', batch);

    const one: string[] = [];
    for (let from = await feed.log.find(new Date()); ; ) {
      const read = await feed.log.read(from, 1);
      if (!read?.events.length) break;
      one.push(...named(read.events));
      from = read.next;
    }

    expect(one).toEqual(endings(last));
    expect(await feed.log.read(await feed.log.end(), 10)).toEqual({
      events: [],
      next: await feed.log.end(),
    });
  });

  it('begins with the hour that is asked for', async () => {
    const { tables, log } = await openFeed(backend);
    const projections = dynamoProjections(tables, backend.client);
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 30, hour, 30));
    const data = { image_id: 'an-image', status: 'done', error: null, error_code: null };
    const event: Event = { eventId: 'evt_1', type: 'image.done', at: '', data };
    for (const [n, hour] of [1, 1, 3, 20, 26, 27].entries()) {
      const sequence = String(n).padStart(40, '0');
      const state = await projections.find('a', at(hour));
      const projected = {
        shard: 'a',
        first: sequence,
        last: sequence,
        counters: {},
        events: [event],
      };
      expect(await projections.commit(projected, state, at(hour))).toBe(true);
    }

    const pages = await Promise.all(
      [3, 4, 20, 26, 28].map(async (hour) => (await log.find(at(hour))).page),
    );
    expect(pages).toEqual([2, 3, 3, 4, 6]);
  });

  it('says so where the events behind a position are not stored any more', async () => {
    const { log } = await openFeed(backend);

    expect(await log.read({ page: 5, offset: 0 }, 10)).toBeUndefined();
  });
});
