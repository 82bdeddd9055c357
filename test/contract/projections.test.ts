import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoEventLog } from '#lib/aws/dynamo-event-log.ts';
import { dynamoImageCounters } from '#lib/aws/dynamo-image-counters.ts';
import { dynamoProjections } from '#lib/aws/dynamo-projections.ts';
import type { Change, StreamRecord } from '#lib/events/changes.ts';
import type { Event } from '#lib/events/event.ts';
import { projectChanges } from '#lib/events/project-changes.ts';
import { addCounters } from '#lib/images/counters.ts';
import { countDetail, readDetail } from '#lib/images/detail-counters.ts';
import type { Image } from '#lib/images/image.ts';
import type { PictureFacts } from '#lib/images/picture-facts.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { anImage } from '#test/support/image-builder.ts';
import { totalCounts } from '#test/support/in-memory-images.ts';
import { embedded, openDynamodbBackend } from './backend.ts';
import { done } from './image-fixtures.ts';

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

class KilledError extends Error {}

type Numbered = StreamRecord & { change: Change };

/** The changes of one shard: each image is added and becomes done, and every tenth is deleted. */
const someChanges = (shard: string, images: number): { records: Numbered[]; last: Image[] } => {
  const records: Numbered[] = [];
  const last: Image[] = [];
  const add = (before: Image | undefined, after: Image) =>
    records.push({
      sequence: String(10n ** 20n + BigInt(records.length)).padStart(40, '0'),
      at: new Date(),
      streamArn: 'arn',
      keys: {},
      oldImage: undefined,
      newImage: undefined,
      change: { record: 'image', before, after },
    });
  for (let n = 0; n < images; n++) {
    const queued = anImage({ key: `${shard}/${n}`, sizeBytes: 1000 + n });
    const finished = { ...queued, steps: mapSteps(() => done) };
    add(undefined, queued);
    add(queued, finished);
    const deleted: Image = { ...finished, deleted: 'deleting' };
    if (n % 10 === 0) add(finished, deleted);
    last.push(n % 10 === 0 ? deleted : finished);
  }
  return { records, last };
};

/** A projection that may be killed before its commit, or just after it. */
const openFeed = async (kill: () => 'before' | 'after' | undefined = () => undefined) => {
  const tables = await backend.makeTables();
  const { client } = backend;
  const projections = dynamoProjections(tables, client);
  const notified: Event[] = [];
  const ended: PictureFacts[] = [];
  const deps = {
    readChange: (record: StreamRecord) => (record as Numbered).change,
    projections: {
      ...projections,
      commit: async (...given: Parameters<typeof projections.commit>) => {
        const when = kill();
        if (when === 'before') throw new KilledError();
        const isCommitted = await projections.commit(...given);
        if (when === 'after') throw new KilledError();
        return isCommitted;
      },
    },
    subscribers: { notify: async (events: readonly Event[]) => void notified.push(...events) },
    now: () => new Date(),
    pause,
    random: Math.random,
    reportUnreadable: () => {},
    onPictureEnded: (facts: PictureFacts) => void ended.push(facts),
  };
  const log = dynamoEventLog(tables, client);
  return {
    tables,
    notified,
    ended,
    detail: async () => readDetail(await dynamoImageCounters(tables, client).detail()),
    project: (shard: string, records: readonly StreamRecord[]) =>
      projectChanges({ shard, records }, deps),
    total: () => dynamoImageCounters(tables, client).total(),
    log,
    allEvents: async () => {
      const events: Event[] = [];
      for (let from = { page: 0, offset: 0 }; ; ) {
        const read = await log.read(from, 70);
        if (!read?.events.length) return events;
        events.push(...read.events);
        from = read.next;
      }
    },
  };
};

const eventIds = (events: readonly Event[]) => events.map(({ eventId }) => eventId);
const endings = (images: readonly Image[]) =>
  images.flatMap(({ imageId, deleted }) => [
    `image.done ${imageId}`,
    ...(deleted ? [`image.deleted ${imageId}`] : []),
  ]);
const named = (events: readonly Event[]) =>
  events.map(({ type, data }) => `${type} ${data.image_id}`);

const inBatches = <T>(items: readonly T[], size: () => number): T[][] => {
  const batches: T[][] = [];
  for (let from = 0; from < items.length; ) {
    const batch = items.slice(from, from + size());
    batches.push(batch);
    from += batch.length;
  }
  return batches;
};

// A request of another backend takes ten times as long.
const timeout = embedded ? 30_000 : 180_000;

describe('changes that are projected', { timeout }, () => {
  it('are counted and recorded once, though each batch is delivered ten times', async () => {
    const feed = await openFeed();
    const { records, last } = someChanges('a', 40);

    for (const batch of inBatches(records, () => 17))
      for (let time = 0; time < 10; time++) await feed.project('a', batch);

    expect(await feed.total()).toEqual(totalCounts(last));
    expect(named(await feed.allEvents())).toEqual(endings(last));
    expect(await feed.detail()).toEqual(readDetail(addCounters(last.map(countDetail))));
    expect(feed.ended).toHaveLength(40);
  });

  it('are counted once when a batch is bisected, and when it is delivered with more behind it', async () => {
    const feed = await openFeed();
    const { records, last } = someChanges('a', 20);

    await feed.project('a', records.slice(0, 8));
    await feed.project('a', records.slice(0, 4)); // its checkpoint was lost
    await feed.project('a', records.slice(4, 20));
    await feed.project('a', records);

    expect(await feed.total()).toEqual(totalCounts(last));
    expect(named(await feed.allEvents())).toEqual(endings(last));
  });

  it('are counted once when a late copy of a part is delivered, although the whole added nothing', async () => {
    const feed = await openFeed();
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
    const feed = await openFeed();
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
    const feed = await openFeed(() => {
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
    const { tables } = await openFeed();
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

describe('the log of events', () => {
  it('is read on from any position, also within a page', async () => {
    const feed = await openFeed();
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
    const { tables, log } = await openFeed();
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
    const { log } = await openFeed();

    expect(await log.read({ page: 5, offset: 0 }, 10)).toBeUndefined();
  });
});
