import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import {
  CloseMessage,
  ExpandMessage,
  ImportMessage,
  WebhookMessage,
} from '#lib/batches/messages.ts';
import { EditMessage } from '#lib/edits/edits.ts';
import { withStepEnded } from '#lib/images/advance-steps.ts';
import { deleteImage } from '#lib/images/delete-image.ts';
import { OutcomeMessage, StepMessage } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { objectsIn, S3Notification } from '#lib/queue/s3-event.ts';
import { inMemoryObjects } from '../support/in-memory-objects.ts';
import { inMemoryStepQueues } from '../support/in-memory-step-queues.ts';
import { inMemoryVariants } from '../support/in-memory-variants.ts';
import { openDynamodbBackend } from './backend.ts';
import { type Item, put, readers, readJson, type Store } from './stored/read-stored.ts';

/** Each with a folder beside read-stored.ts, which says how it was made. */
const releases = ['4d27351', '17aeaef'];
const allKinds = ['images', 'contents', 'batches', 'processes', 'answers'] as const;
const kindsIn = (release: string) =>
  release === '4d27351' ? allKinds : (['images', 'contents'] as const);

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
let store: Store;
beforeAll(async () => {
  backend = await openDynamodbBackend();
  store = { client: backend.client, tables: await backend.makeTables() };
});
afterAll(() => backend.stop());

describe.each(releases)('items that release %s stored still read as they did then:', (release) => {
  const views = z
    .record(z.string(), z.record(z.string(), z.looseObject({})))
    .parse(readJson(release, 'views'));

  describe.each(kindsIn(release))('%s', (kind) => {
    const items = Object.entries(readJson(release, kind));

    // More may be shown by now, such as a step that was added since, but nothing less.
    it.each(items)('%s', async (what, item) => {
      expect(await readers[kind](item, store)).toMatchObject(views[kind]?.[what] ?? {});
      expect(views[kind]).toHaveProperty([what]);
    });
  });
});

describe.each(releases)('an image that release %s stored', (release) => {
  it('is stored in the layout of this one when a worker ends a step, and then like any other', async () => {
    const item = readJson(release, 'images')['uploaded, queued'] ?? {};
    await put(store, store.tables.imagesTable, item);
    const images = dynamoImages(store.tables, store.client);
    const imageId = item['image_id']?.S ?? '';
    const before = await images.find(imageId);
    const end = (step: StepName) =>
      updateImage(
        imageId,
        (image) =>
          image && {
            image: withStepEnded(
              image,
              step,
              { state: 'done' },
              { attempts: 1, durationMs: 5, endedAt: new Date('2026-12-01T10:00:00Z') },
            ),
          },
        { images },
      );

    await end('exif');
    await end('thumbnails');

    const after = await images.find(imageId);
    const { steps } = before?.image ?? {};
    expect(after).toEqual({
      version: 3,
      image: {
        ...before?.image,
        beganAt: '2026-12-01T09:59:59.995Z',
        steps: { ...steps, exif: expect.any(Object), thumbnails: expect.any(Object) },
      },
    });
    expect(before?.isOutdated).toBe(true);
    const { images: listed } = await images.list({ status: 'processing', limit: 1 });
    expect(listed[0]?.imageId).toBe(imageId);
  });
});

/** The schema of each queue's messages, by the name that the queue had in that release. */
const messages = {
  arrivals: S3Notification,
  'make-thumbnails': StepMessage,
  'read-exif': StepMessage,
  'write-caption': StepMessage,
  'expand-batch': ExpandMessage,
  'import-row': ImportMessage,
  'note-outcome': OutcomeMessage,
  'close-batch': CloseMessage,
  'send-webhook': WebhookMessage,
  'run-edit': EditMessage,
};

describe.each(['4d27351'])('messages that release %s sent are still parsed', (release) => {
  const sent = z.record(z.string(), z.array(z.unknown())).parse(readJson(release, 'messages'));

  it.each(Object.entries(messages))('from its queue %s', (queue, schema) => {
    expect(sent[queue]?.length).toBeGreaterThan(0);
    for (const body of sent[queue] ?? []) {
      const read: unknown = schema.parse(body);
      if (queue !== 'arrivals') expect(read).toEqual(body);
    }
  });

  it('and the keys in those of S3 are decoded', () => {
    const keys = (sent['arrivals'] ?? [])
      .flatMap((body) => objectsIn(S3Notification.parse(body)))
      .map(({ key }) => key);

    expect(keys).toEqual([
      expect.stringMatching(/^uploads\/.+\/phone\.jpg$/),
      expect.stringMatching(/^presigned\/.+\/again\.jpg$/),
      'holiday/été 1+2.png',
    ]);
  });
});

describe.each(['4d27351'])('images that release %s stored', (release) => {
  const images = readJson(release, 'images');
  const sets = readJson(release, 'contents');
  const open = async () => {
    const tables = await backend.makeTables();
    const own: Store = { client: backend.client, tables };
    const write = (table: string, items: Record<string, Item>, names: readonly string[]) =>
      Promise.all(names.map((name) => put(own, table, items[name] ?? {})));
    // The keys of indexes are others since, so records are carried over as they are read.
    const carryOver = async (names: readonly string[]) => {
      await write(tables.imagesTable, images, names);
      for (const name of names) {
        const imageId = images[name]?.['image_id']?.S ?? '';
        await updateImage(imageId, (image) => image && { image }, {
          images: dynamoImages(tables, backend.client),
        });
      }
    };
    await carryOver([
      'uploaded, done, with tags and caption',
      'sent by a presigned form, done, with the content and the caption of another',
    ]);
    await write(tables.renditionSetsTable, sets, ['shared by two images']);
    return {
      images: dynamoImages(tables, backend.client),
      renditionSets: dynamoRenditionSets(tables, backend.client),
    };
  };

  it('are listed', async () => {
    const { images } = await open();

    const page = await images.list({ status: 'done', limit: 10 });
    expect(page.images.map(({ source }) => source)).toEqual(['presigned', 'upload']);
  });

  it('are deleted, and the renditions that they share with the last of them', async () => {
    const { images, renditionSets } = await open();
    const deps = {
      images,
      renditionSets,
      originals: inMemoryObjects(),
      derived: inMemoryObjects(),
      stepQueues: inMemoryStepQueues(),
      sizes: [],
      variants: inMemoryVariants(),
      cdn: { purge: async () => {} },
      now: () => new Date(),
    };
    const { images: listed } = await images.list({ limit: 10 });
    const [first, second] = listed;
    const setId = first?.renditionSet?.renditionSetId ?? '';

    await deleteImage(first?.imageId ?? '', deps);
    expect(await renditionSets.find(setId)).toMatchObject({ refs: 1 });
    await deleteImage(second?.imageId ?? '', deps);
    expect(await renditionSets.find(setId)).toBeUndefined();
    expect(await images.list({ limit: 10 })).toMatchObject({ images: [] });
  });
});
