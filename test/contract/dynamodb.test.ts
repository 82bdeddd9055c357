import { createServer, request as forward } from 'node:http';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDynamodb } from '#lib/aws/clients.ts';
import { recordKey, toItem } from '#lib/aws/dynamo-image-items.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { allRows } from '#lib/batches/batches.ts';
import { toBatchView, toProductView } from '#lib/http/batch-view.ts';
import { render } from '#lib/http/envelope.ts';
import { pagedReply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { withStepEnded } from '#lib/images/advance-steps.ts';
import { type Image, statusOf } from '#lib/images/image.ts';
import type { Images, Versioned } from '#lib/images/images.ts';
import type { StepName } from '#lib/images/step.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { aBatch, aRow } from '#test/support/batch-builder.ts';
import { anImage } from '#test/support/image-builder.ts';
import { linksTo } from '#test/support/links-builder.ts';
import { embedded, openDynamodbBackend } from './backend.ts';
import { aRenditionSet, shown } from './image-fixtures.ts';

// What only the DynamoDB adapter can get wrong.

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

describe('rows that are added', () => {
  it('never exceed the limits of a transaction, however long their URLs are', async () => {
    const { client, makeTables } = backend;
    const sizes: number[] = [];
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          const { body } = Object(args.request);
          if (commandName?.startsWith('TransactWrite')) sizes.push(Buffer.byteLength(body));
          return next(args);
        },
      { step: 'finalizeRequest', name: 'sizes' },
    );
    onTestFinished(() => void client.middlewareStack.remove('sizes'));
    const rows = dynamoRows(await makeTables(), client);
    const { requestId } = aBatch();
    const signed = (url: number) => `https://s.example/${url}?${'x'.repeat(1400)}`;
    const all = Array.from({ length: 250 }, (_, n) =>
      aRow(n + 1, {
        // The last are small: then it is their number that counts.
        images: Array.from({ length: n < 120 ? 30 : 1 }, (_, url) => ({
          state: 'pending',
          inputUrl: signed(url),
        })),
      }),
    );

    await rows.add(requestId, all);

    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThan(4_000_000);
    const read: unknown[] = [];
    for await (const some of allRows(requestId, { rows })) read.push(...some);
    expect(read).toEqual(all);
  });

  it('may be as large as a CSV allows, with a long reason for each of their URLs', async () => {
    const rows = dynamoRows(await backend.makeTables(), backend.client);
    const { requestId } = aBatch();
    const inputUrl = `https://s.example/${'写'.repeat(826)}`; // 2.5 kB each
    const reason = '写'.repeat(340);
    const row = aRow(1, {
      serialNumber: '写'.repeat(200),
      productName: '写'.repeat(1000),
      images: Array.from({ length: 100 }, () => ({ state: 'pending', inputUrl })),
    });
    await rows.add(requestId, [row]);
    const before = await rows.find(requestId, 1);
    if (!before) throw new Error('The row was not added.');
    const after = aRow(1, {
      images: row.images.map(() => ({ state: 'failed', inputUrl, reason, fetched: false })),
    });

    expect(await rows.save(requestId, before, after)).toBe(true);
  });
});

describe('a page of rows', () => {
  it('that a query cut short has a next page, and fits into a response of Lambda', async () => {
    const rows = dynamoRows(await backend.makeTables(), backend.client);
    const { requestId } = aBatch();
    // What grows most when it is written out: short URLs, each with a long one of ours beside it,
    // and quotes, which are escaped in our JSON and again in what Lambda makes of it.
    const inputUrl = `http://a/${'"'.repeat(100)}`;
    const completed = { state: 'completed' as const, inputUrl, etag: 'e'.repeat(34) };
    const images = Array.from({ length: 100 }, () => completed);
    const all = Array.from({ length: 100 }, (_, n) => aRow(n + 1, { images }));
    await rows.add(requestId, all);

    const page = await rows.page(requestId, { limit: 100, after: 0 });

    expect(page.rows.length).toBeLessThan(100);
    expect(page.next).toBe(page.rows.length);
    const baseUrl = 'https://a1b2c3d4e5.execute-api.ap-southeast-2.amazonaws.com/production';
    const access = { kind: 'signed', secrets: ['a-secret-of-sixteen'] } as const;
    const { linkTo } = await linksTo(baseUrl, { access });
    const products = page.rows.map((row) => toProductView(row, { requestId, linkTo }));
    const { body } = render(
      routes.getBatch,
      pagedReply(
        { ...toBatchView(aBatch(), { products: 100, images: 10_000, failed: 0 }), products },
        { limit: 100, next_cursor: null },
      ),
    );
    expect(Buffer.byteLength(JSON.stringify({ body }))).toBeLessThan(6_000_000);
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
