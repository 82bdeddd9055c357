import { createServer, request as forward } from 'node:http';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDynamodb } from '#lib/aws/clients.ts';
import { recordKey, toItem } from '#lib/aws/dynamo-image-items.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { withStepEnded } from '#lib/images/advance-steps.ts';
import { type Image, statusOf } from '#lib/images/image.ts';
import type { Images, Versioned } from '#lib/images/images.ts';
import type { StepName } from '#lib/images/step.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { anImage } from '#test/support/image-builder.ts';
import { embedded, openDynamodbBackend } from './backend.ts';
import { aRenditionSet, shown } from './image-fixtures.ts';

// What only the DynamoDB adapter of images can get wrong.

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

/** A DynamoDB client that loses the response to the first call of an operation, though it succeeded. */
const losingResponsesTo = async (operation: string) => {
  const found = await backend.client.config.endpoint?.();
  let lost = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const target = { host: found?.hostname, port: found?.port, method, path: url, headers };
    const passed = forward(target, (answer) => {
      const matches = String(headers['x-amz-target']).endsWith(`.${operation}`);
      if (matches && lost++ === 0) {
        answer.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  const client = openDynamodb({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'us-east-1',
    credentials: backend.client.config.credentials,
  });
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { client, times: () => lost };
};

describe.runIf(embedded)('a write whose response was lost', () => {
  const given = async (operation: string) => {
    const tables = await backend.makeTables();
    const first = await dynamoImages(tables, backend.client).save(undefined, anImage());
    const { client, times } = await losingResponsesTo(operation);
    return { tables, first, images: dynamoImages(tables, client), times };
  };
  const endExif = (image: Image | undefined) =>
    image?.steps.exif.state === 'pending'
      ? { image: withStepEnded(image, 'exif', { state: 'done' }, attemptStats) }
      : undefined;
  const attemptStats = { attempts: 1, durationMs: 5, endedAt: new Date('2026-11-21T10:00:00Z') };

  it('takes place once, if it is a transaction, though the SDK sends it again', async () => {
    const { images, first, times, tables } = await given('TransactWriteItems');

    const saved = await images.save(
      first,
      { ...anImage(), renditionSet: shown },
      { action: 'create', renditionSet: aRenditionSet },
    );

    expect(saved?.version).toBe(2);
    expect(times()).toBe(2);
    const sets = dynamoRenditionSets(tables, backend.client);
    expect(await sets.find(aRenditionSet.renditionSetId)).toMatchObject({ refs: 1 });
  });

  it.each([
    ['PutItem', (image: Image | undefined) => image && rename(image)],
    ['UpdateItem', endExif],
  ] as const)('by %s may fail, and is found when it is read again', async (operation, decide) => {
    const { images, times } = await given(operation);

    const { image, record } = await updateImage(anImage().imageId, decide, { images });

    expect(times()).toBe(2);
    expect(decide(image)).toBeUndefined();
    expect(record?.version).toBe(2);
  });

  const rename = (image: Image) =>
    image.originalName === 'renamed' ? undefined : { image: { ...image, originalName: 'renamed' } };
});

describe('two workers that end the last two steps at once', () => {
  const end = (image: Image, step: StepName) =>
    withStepEnded(
      image,
      step,
      { state: 'done' },
      { attempts: 1, durationMs: 5, endedAt: new Date('2026-11-21T10:00:00Z') },
    );
  const caption = { state: 'skipped', run: 1, reason: 'none' } as const;
  const given = async () => {
    const tables = await backend.makeTables();
    const images = dynamoImages(tables, backend.client);
    const before = await images.save(undefined, anImage({ steps: { caption } }));
    if (!before) throw new Error('The image was not added.');
    const item = async () => {
      const Key = recordKey(before.image.imageId);
      const { Item } = await backend.client.send(
        new GetCommand({ TableName: tables.imagesTable, Key, ConsistentRead: true }),
      );
      return Item ?? {};
    };
    return { tables, images, before, item };
  };

  it('both succeed, and the image is no longer in the index of the unfinished', async () => {
    const { images, before, item } = await given();
    expect(await item()).toHaveProperty('status_shard');

    const saved = await Promise.all([
      images.save(before, end(before.image, 'exif')),
      images.save(
        before,
        { ...end(before.image, 'thumbnails'), renditionSet: shown },
        { action: 'create', renditionSet: aRenditionSet },
      ),
    ]);

    expect(saved.map((one) => one?.image.steps.exif.state)).toContain('done');
    const { image, version } = (await images.find(before.image.imageId)) ?? {};
    expect(image && statusOf(image)).toBe('done');
    expect(version).toBe(3);
    expect(await item()).not.toHaveProperty('status_shard');
  });

  it.each<[string, (images: Images, record: Versioned) => Promise<unknown>]>([
    ['its message is delivered again', (images, record) => images.correctLists(record)],
    [
      'the sweep comes by',
      async (images) => {
        for await (const image of images.unfinished(new Date())) expect(image).toBeUndefined();
      },
    ],
  ])('leave the index to be corrected after a kill, when %s', async (_, correct) => {
    const { tables, images, before, item } = await given();
    const ended = end(end(before.image, 'exif'), 'thumbnails');
    await backend.client.send(
      new PutCommand({
        TableName: tables.imagesTable,
        Item: { ...toItem(ended, 3), status_shard: (await item())['status_shard'] },
      }),
    );

    await correct(images, { image: ended, version: 3 });

    expect(await item()).not.toHaveProperty('status_shard');
  });
});

describe('an index that lags behind', () => {
  it('does not list an image where it no longer is', async () => {
    const tables = await backend.makeTables();
    const images = dynamoImages(tables, backend.client);
    const at = (key: string, more: Partial<Image> = {}) => anImage({ key, ...more });
    await images.save(undefined, at('right'));

    const left = '2026-11-01T00:00:00.000Z';
    const stale = [
      { ...toItem(at('deleted', { deleted: 'deleting' }), 1), shard: '3' },
      { ...toItem(at('begun', { beganAt: left }), 1), status_shard: 'failed#3' },
    ];
    for (const Item of stale)
      await backend.client.send(new PutCommand({ TableName: tables.imagesTable, Item }));

    const names = async (status?: 'queued' | 'failed') => {
      const { images: found } = await images.list({ status, limit: 10 });
      return found.map(({ originalName }) => originalName).toSorted();
    };
    expect(await names()).toEqual(['begun', 'right']);
    expect(await names('queued')).toEqual(['right']);
    expect(await names('failed')).toEqual([]);
  });
});

describe('a record', () => {
  it('expires when its image is gone, a day later, and not before', () => {
    const now = Date.now() / 1000;

    const gone = toItem(anImage({ deleted: 'gone' }), 1);
    expect(gone).toMatchObject({ expires: expect.closeTo(now + 86_400, -2) });
    expect(gone).not.toHaveProperty('shard');
    expect(gone).not.toHaveProperty('status_shard');
    expect(toItem(anImage({ deleted: 'deleting' }), 1)).not.toHaveProperty('expires');
    expect(toItem(anImage(), 1)).not.toHaveProperty('expires');
  });
});
