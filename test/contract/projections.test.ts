import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoImageCounters } from '#lib/aws/dynamo-image-counters.ts';
import { dynamoProjections } from '#lib/aws/dynamo-projections.ts';
import { addCounters } from '#lib/images/counters.ts';
import { countDetail, readDetail } from '#lib/images/detail-counters.ts';
import { anImage } from '#test/support/image-builder.ts';
import { totalCounts } from '#test/support/in-memory-images.ts';
import { embedded, openDynamodbBackend } from './backend.ts';
import {
  endings,
  eventIds,
  inBatches,
  KilledError,
  named,
  openFeed,
  someChanges,
} from './event-feed-harness.ts';

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

// A request of another backend takes ten times as long.
const timeout = embedded ? 30_000 : 180_000;

describe('changes that are projected', { timeout }, () => {
  it('are counted and recorded once, though each batch is delivered ten times', async () => {
    const feed = await openFeed(backend);
    const { records, last } = someChanges('a', 40);

    for (const batch of inBatches(records, () => 17))
      for (let time = 0; time < 10; time++) await feed.project('a', batch);

    expect(await feed.total()).toEqual(totalCounts(last));
    expect(named(await feed.allEvents())).toEqual(endings(last));
    expect(await feed.detail()).toEqual(readDetail(addCounters(last.map(countDetail))));
    expect(feed.ended).toHaveLength(40);
  });

  it('are counted once when a batch is bisected, and when it is delivered with more behind it', async () => {
    const feed = await openFeed(backend);
    const { records, last } = someChanges('a', 20);

    await feed.project('a', records.slice(0, 8));
    await feed.project('a', records.slice(0, 4)); // its checkpoint was lost
    await feed.project('a', records.slice(4, 20));
    await feed.project('a', records);

    expect(await feed.total()).toEqual(totalCounts(last));
    expect(named(await feed.allEvents())).toEqual(endings(last));
  });

  it('are counted once when a late copy of a part is delivered, although the whole added nothing', async () => {
    const feed = await openFeed(backend);
    const queued = anImage({ key: 'short-lived' });
    const { records } = someChanges('a', 1);
    const [first, second, third] = records;
    if (!first || !second || !third) throw new Error('There are three.');
    const pair = [
      { ...first, change: { record: 'image', before: undefined, after: queued } as const },
      {
        ...second,
        change: { record: 'image', before: queued, after: { ...queued, deleted: 'gone' } } as const,
      },
    ];

    await feed.project('a', pair);
    await feed.project('a', pair.slice(0, 1)); // from a reader that does not know it is done

    expect((await feed.total()).total).toBe(0);
  });

  it('of several shards at once are all counted, and recorded in the order of each shard', async () => {
    const feed = await openFeed(backend);
    const shards = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, ...someChanges(name, 30) }));

    await Promise.all(
      shards.map(async ({ name, records }) => {
        for (const batch of inBatches(records, () => 9)) await feed.project(name, batch);
      }),
    );

    expect(await feed.total()).toEqual(totalCounts(shards.flatMap(({ last }) => last)));
    const recorded = named(await feed.allEvents());
    expect(recorded).toHaveLength(shards.flatMap(({ last }) => endings(last)).length);
    for (const { last } of shards) {
      const own = new Set(endings(last));
      expect(recorded.filter((name) => own.has(name))).toEqual(endings(last));
    }
  });

  const [changes, maxKills] = embedded ? [10_080, 200] : [420, 10];
  it(`are exact after ${maxKills} kills in ${changes} changes, and each event was notified`, {
    timeout: 120_000,
  }, async () => {
    let kills = 0;
    const feed = await openFeed(backend, () => {
      const drawn = Math.random();
      if (drawn > 0.8 || kills === maxKills) return undefined;
      kills++;
      return drawn < 0.4 ? 'before' : 'after';
    });
    const shards = ['a', 'b'].map((name) => ({
      name,
      from: 0,
      ...someChanges(name, changes / 2 / 2.1),
    }));

    for (let left = shards; left.length > 0; ) {
      const shard = left[Math.floor(Math.random() * left.length)];
      if (!shard) break;
      // As after a kill of the reader: it goes on from its checkpoint, with batches of another size.
      const batch = shard.records.slice(
        shard.from,
        shard.from + 20 + Math.floor(Math.random() * 80),
      );
      await feed.project(shard.name, batch).then(
        () => {
          shard.from += batch.length;
        },
        (error) => {
          if (!(error instanceof KilledError)) throw error;
        },
      );
      left = left.filter(({ from, records }) => from < records.length);
    }

    expect(shards.flatMap(({ records }) => records)).toHaveLength(changes);
    expect(kills).toBe(maxKills);
    expect(await feed.total()).toEqual(totalCounts(shards.flatMap(({ last }) => last)));
    const events = await feed.allEvents();
    for (const { last } of shards) {
      const own = new Set(endings(last));
      expect(named(events).filter((name) => own.has(name))).toEqual(endings(last));
    }
    expect(new Set(eventIds(events)).size).toBe(shards.flatMap(({ last }) => endings(last)).length);
    expect(new Set(eventIds(feed.notified))).toEqual(new Set(eventIds(events)));
  });

  it('drop the positions of shards that ended days ago, and no others', async () => {
    const { tables } = await openFeed(backend);
    const projections = dynamoProjections(tables, backend.client);
    const commit = async (shard: string, sequence: string, at: string) => {
      const now = new Date(at);
      const projected = {
        shard,
        first: sequence,
        last: sequence,
        counters: { total: 1 },
        events: [],
      };
      return projections.commit(projected, await projections.find(shard, now), now);
    };
    const shards = Array.from({ length: 60 }, (_, n) => `shard ${n}`); // some share an item

    for (const shard of shards) await commit(shard, '1', '2026-11-01T00:00:00.000Z');
    for (const shard of shards.slice(30)) await commit(shard, '2', '2026-11-04T00:00:00.000Z');

    const found = await Promise.all(
      shards.map(async (shard) => (await projections.find(shard, new Date())).sequence),
    );
    expect(found.slice(30)).toEqual(Array.from({ length: 30 }, () => '2'));
    expect(found.slice(0, 30)).toContain(undefined);
    expect(await dynamoImageCounters(tables, backend.client).total()).toMatchObject({ total: 90 });
  });
});
