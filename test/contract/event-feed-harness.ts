import { setTimeout as pause } from 'node:timers/promises';
import { dynamoEventLog } from '#lib/aws/dynamo-event-log.ts';
import { dynamoImageCounters } from '#lib/aws/dynamo-image-counters.ts';
import { dynamoProjections } from '#lib/aws/dynamo-projections.ts';
import type { Change, StreamRecord } from '#lib/events/changes.ts';
import type { Event } from '#lib/events/event.ts';
import { projectChanges } from '#lib/events/project-changes.ts';
import { readDetail } from '#lib/images/detail-counters.ts';
import type { Image } from '#lib/images/image.ts';
import type { PictureFacts } from '#lib/images/picture-facts.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { anImage } from '#test/support/image-builder.ts';
import type { openDynamodbBackend } from './backend.ts';
import { done } from './image-fixtures.ts';

type DynamodbBackend = Awaited<ReturnType<typeof openDynamodbBackend>>;

/** What a killed projection rejects with. */
export class KilledError extends Error {}

type Numbered = StreamRecord & { change: Change };

/** The changes of one shard: each image is added and becomes done, and every tenth is deleted. */
export const someChanges = (
  shard: string,
  images: number,
): { records: Numbered[]; last: Image[] } => {
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
export const openFeed = async (
  backend: DynamodbBackend,
  kill: () => 'before' | 'after' | undefined = () => undefined,
) => {
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

export const eventIds = (events: readonly Event[]) => events.map(({ eventId }) => eventId);
export const endings = (images: readonly Image[]) =>
  images.flatMap(({ imageId, deleted }) => [
    `image.done ${imageId}`,
    ...(deleted ? [`image.deleted ${imageId}`] : []),
  ]);
export const named = (events: readonly Event[]) =>
  events.map(({ type, data }) => `${type} ${data.image_id}`);

export const inBatches = <T>(items: readonly T[], size: () => number): T[][] => {
  const batches: T[][] = [];
  for (let from = 0; from < items.length; ) {
    const batch = items.slice(from, from + size());
    batches.push(batch);
    from += batch.length;
  }
  return batches;
};
