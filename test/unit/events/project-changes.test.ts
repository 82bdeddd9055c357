import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoChanges } from '#lib/aws/dynamo-changes.ts';
import { toItem } from '#lib/aws/dynamo-image-items.ts';
import type { Event } from '#lib/events/event.ts';
import { projectChanges } from '#lib/events/project-changes.ts';
import type { Projected } from '#lib/events/projections.ts';
import type { Image } from '#lib/images/image.ts';
import type { Step } from '#lib/images/step.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { streamConsumer } from '#lib/stream/stream-consumer.ts';
import { anExif, anImage } from '#test/support/image-builder.ts';
import { context } from '#test/support/sqs-events.ts';

const tables = { imagesTable: 'images', batchesTable: 'batches', editSessionsTable: 'edits' };
const streamArn = (table: string) =>
  `arn:aws:dynamodb:us-east-1:000000000000:table/${table}/stream/2026-11-30T20:00:00.000`;

let sequence = 10n ** 20n;
const aRecord = (keys: Record<string, string>, images: object, table = 'images') => ({
  eventID: 'e',
  eventName: 'MODIFY',
  eventSourceARN: streamArn(table),
  dynamodb: {
    Keys: marshall(keys),
    SequenceNumber: String(sequence++),
    ApproximateCreationDateTime: 1_796_070_000,
    ...images,
  },
});
/** The record of a saved image, as Lambda delivers it. */
const aSave = (before: Image | undefined, after: Image) =>
  aRecord(
    { image_id: after.imageId, part: 'record' },
    {
      ...(before && { OldImage: marshall(toItem(before, 1), { removeUndefinedValues: true }) }),
      NewImage: marshall(toItem(after, 2), { removeUndefinedValues: true }),
    },
  );

/** project-changes with an in-memory store of what it commits. */
const openFunction = ({ conflicts = 0 } = {}) => {
  const committed: Projected[] = [];
  const notified: Event[][] = [];
  const unreadable: string[] = [];
  const ended: [string, string][] = [];
  let conflictsLeft = conflicts;
  const handler = streamConsumer((batch) =>
    projectChanges(batch, {
      readChange: dynamoChanges(tables),
      projections: {
        find: async (shard) => ({
          sequence: committed.findLast((one) => one.shard === shard)?.last,
          ended: [],
        }),
        commit: async (projected) => {
          if (conflictsLeft-- > 0) return false;
          committed.push(projected);
          return true;
        },
      },
      subscribers: { notify: async (events) => void notified.push([...events]) },
      now: () => new Date(),
      pause: async () => {},
      random: () => 0,
      reportUnreadable: (_, error) => unreadable.push(String(error)),
      onPictureEnded: ({ imageId, status }) => ended.push([imageId, status]),
    }),
  );
  return {
    call: (event: unknown) => handler(event, context),
    committed,
    notified,
    unreadable,
    ended,
  };
};

const done: Step = { state: 'done', run: 1, attempts: 1, durationMs: 5, endedAt: 'x' };
const endedAt = '2026-11-30T20:00:00.000Z';
const queued = anImage({ sizeBytes: 100 });
const isDone: Image = {
  ...queued,
  exif: anExif,
  steps: mapSteps(() => ({ ...done, endedAt })),
};

describe('project-changes', () => {
  it('adds up the changes of a batch, and returns the state that a tumbling window demands', async () => {
    const { call, committed, notified } = openFunction();
    const records = [aSave(undefined, queued), aSave(queued, isDone)];

    const answer = await call({ Records: records, shardId: 'shardId-1', state: {} });

    expect(answer).toEqual({ state: {} });
    expect(committed).toMatchObject([
      {
        shard: `${streamArn('images')}/shardId-1`,
        first: String(sequence - 2n).padStart(40, '0'),
        last: String(sequence - 1n).padStart(40, '0'),
        counters: { total: 1, done: 1, bytes: 100, captionsDone: 1 },
        events: [{ type: 'image.done' }],
      },
    ]);
    expect(committed[0]?.counters).not.toHaveProperty('queued');
    expect(notified).toEqual([committed[0]?.events]);
  });

  it('takes the stream for the shard where the event names none', async () => {
    const { call, committed } = openFunction();

    await call({ Records: [aSave(undefined, queued)] });

    expect(committed[0]?.shard).toBe(streamArn('images'));
  });

  it('skips what it has projected, and projects the rest of a batch', async () => {
    const { call, committed } = openFunction();
    const [first, second] = [aSave(undefined, queued), aSave(queued, isDone)];
    await call({ Records: [first] });

    await call({ Records: [first] });
    await call({ Records: [first, second] });

    expect(committed.map(({ counters }) => counters['total'] ?? 0)).toEqual([1, 0]);
    expect(committed[1]?.counters).toMatchObject({ queued: -1, done: 1 });
  });

  it('reports a picture that ended once its change is committed, and not again', async () => {
    const { call, ended } = openFunction({ conflicts: 2 });
    const records = [aSave(undefined, queued), aSave(queued, isDone)];

    await call({ Records: records });
    await call({ Records: records });

    expect(ended).toEqual([[isDone.imageId, 'done']]);
  });

  it('tries again after a conflict, and notifies no subscriber twice for it', async () => {
    const { call, committed, notified } = openFunction({ conflicts: 3 });

    await call({ Records: [aSave(queued, isDone)] });

    expect(committed).toHaveLength(1);
    expect(notified).toHaveLength(1);
  });

  it('fails after many conflicts, so that the batch is delivered again', async () => {
    const { call } = openFunction({ conflicts: 100 });

    await expect(call({ Records: [aSave(queued, isDone)] })).rejects.toThrow(/in conflict/);
  });

  it('reports a record that it cannot read, and projects those behind it', async () => {
    const { call, committed, unreadable } = openFunction();
    const keys = { image_id: 'a', part: 'record' };
    const broken = aRecord(keys, { NewImage: marshall({ ...keys, v: 'one' }) });

    await call({ Records: [broken, aSave(undefined, queued)] });

    expect(unreadable).toHaveLength(1);
    expect(committed).toMatchObject([{ counters: { total: 1 } }]);
  });

  it('writes nothing for changes that add nothing, nor at the end of a window', async () => {
    const { call, committed } = openFunction();
    const raw = { image_id: 'a', part: 'exif' };
    const records = [
      aSave(isDone, { ...isDone, originalName: 'renamed.jpg' }),
      aRecord(raw, { NewImage: marshall({ ...raw, rev: 1, raw: '{}' }) }),
      aRecord({ request_id: 'b', part: 'row#000001' }, { NewImage: {} }, 'batches'),
      aRecord({ slot: 'counts#1' }, { NewImage: {} }, 'edits'),
    ];

    for (const record of records) await call({ Records: [record] });
    expect(await call({ Records: [], isFinalInvokeForWindow: true })).toEqual({ state: {} });

    expect(committed).toEqual([]);
  });
});
