import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { allRows } from '#lib/batches/batches.ts';
import { toBatchView, toProductView } from '#lib/http/batch-view.ts';
import { render } from '#lib/http/envelope.ts';
import { pagedReply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { aBatch, aRow } from '#test/support/batch-builder.ts';
import { linksTo } from '#test/support/links-builder.ts';
import { openDynamodbBackend } from './backend.ts';

// What only the DynamoDB adapter of rows can get wrong.

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

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
