import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type Client, type ImageRecord, theClient } from './client.ts';

const darkroom = theClient();

/** In an order that is another each time, but the same for the same seed. */
const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return items
    .map((item) => ({ item, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
};

const sendAll = async (darkroom: Client, queue: string, bodies: string[]) => {
  const QueueUrl = await darkroom.queueUrl(queue);
  for (let at = 0; at < bodies.length; at += 10)
    await darkroom.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: bodies
          .slice(at, at + 10)
          .map((MessageBody, n) => ({ Id: `m${at + n}`, MessageBody })),
      }),
    );
};

/** What waits in a queue and what is being worked on. */
const readQueueDepth = async (darkroom: Client, queue: string): Promise<number> => {
  const { Attributes = {} } = await darkroom.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: await darkroom.queueUrl(queue),
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, depth) => sum + Number(depth), 0);
};

const objectCreatedEvent = (key: string) =>
  JSON.stringify({
    Records: [
      {
        eventName: 'ObjectCreated:Put',
        s3: { object: { key: encodeURIComponent(key).replaceAll('%20', '+') } },
      },
    ],
  });

describe('a message', () => {
  it('delivered five times, and out of order, makes one record of each image', async () => {
    const count = 20;
    // What other files of this suite uploaded is done first, or it would be counted here.
    const before = await eventually(
      async () => {
        const stats = await darkroom.stats();
        expect(stats.queued + stats.processing).toBe(0);
        return stats;
      },
      { within: darkroom.scaleTimeout(60_000) },
    );
    const five = <T>(items: T[]) => Array.from({ length: 5 }, () => items).flat();
    const uploads: ImageRecord[] = [];
    let waiting = 0;
    for (let chunk = 0; chunk < count; chunk += 10) {
      // Together, so that the workers are behind when everything comes again.
      const files = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => ({
          name: `fault-${chunk + n}.jpg`,
          bytes: await drawnJpeg({ width: 1000, height: 750, seed: 1000 + chunk + n }),
        })),
      );
      const some = await Promise.all(files.map((file) => darkroom.uploadOne(file)));
      const { queued, processing } = await darkroom.countByStatus();
      waiting = Math.max(waiting, queued + processing);
      const messages = some.map(({ image_id }) =>
        JSON.stringify({ image_id, rev: 1, run: 1, request_id: 'again' }),
      );
      const notification = some.map(({ file_path }) => objectCreatedEvent(file_path ?? ''));
      await Promise.all([
        sendAll(darkroom, 'object-created', shuffled(five(notification), chunk + 1)),
        sendAll(darkroom, 'make-thumbnails', shuffled(five(messages), chunk + 2)),
        sendAll(darkroom, 'read-exif', shuffled(five(messages), chunk + 3)),
      ]);
      uploads.push(...some);
    }
    expect(waiting).toBeGreaterThan(0);

    const ids = uploads.map(({ image_id }) => image_id);
    const records = await darkroom.allEnded(ids, 120_000);
    expect(records.filter(({ status }) => status === 'done')).toHaveLength(count);
    await eventually(
      async () => {
        for (const queue of ['object-created', 'make-thumbnails', 'read-exif'])
          expect(await readQueueDepth(darkroom, queue), queue).toBe(0);
      },
      { within: darkroom.scaleTimeout(120_000) },
    );
    expect(await darkroom.stats()).toMatchObject({
      total: before.total + count,
      done: before.done + count,
      queued: 0,
      processing: 0,
    });
  }, 300_000);

  it('that cannot be read ends in the dead-letter queue, and the others are handled', async () => {
    const before = (await darkroom.json('/api/health')).data as {
      dead_letters: { [queue: string]: number };
    };
    const QueueUrl = await darkroom.queueUrl('make-thumbnails');
    const dead = await darkroom.queueUrl('make-thumbnails-dlq');
    await darkroom.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'unreadable' }));
    const { image_id } = await darkroom.uploadOne({
      name: 'after-unreadable.jpg',
      bytes: await drawnJpeg({ seed: 2001 }),
    });
    expect((await darkroom.ended(image_id)).status).toBe('done');

    await eventually(async () => {
      const { data } = await darkroom.json('/api/health');
      expect((data as typeof before).dead_letters['make-thumbnails']).toBe(
        (before.dead_letters['make-thumbnails'] ?? 0) + 1,
      );
    });
    const { Messages = [] } = await darkroom.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 1 }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(['unreadable']);
  });
});
