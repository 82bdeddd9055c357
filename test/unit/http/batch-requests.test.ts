import { describe, expect, it } from 'vitest';
import {
  BatchPath,
  CsvByUrl,
  ProcessedImagePath,
  ResultsQuery,
  readBatchForm,
} from '#lib/http/batch-requests.ts';
import { csvReply } from '#lib/http/csv-reply.ts';
import {
  decodeCursor,
  decodeProductCursor,
  encodeCursor,
  encodeProductCursor,
} from '#lib/http/cursor.ts';
import { Problem } from '#lib/problem.ts';
import { inMemoryObjects } from '#test/support/in-memory-objects.ts';

const file = {
  filename: 'products.csv',
  contentType: 'text/csv',
  bytes: Buffer.from('x'),
};
const csv_url = 'https://shop.example/products.csv';

describe('a batch as a form', () => {
  it('is one file', () => {
    expect(readBatchForm({ files: [file], fields: {} })).toEqual({ file, webhook_url: undefined });
  });

  it.each([[[]], [[file, file]]])('is rejected with another number of files', (files) => {
    expect(() => readBatchForm({ files, fields: {} })).toThrow(
      new Problem('too_many_files', 'A batch is one CSV: send one part named file.'),
    );
  });

  it.each([
    ['true', true],
    ['1', true],
    ['on', true],
    ['yes', true],
    ['false', false],
    ['0', false],
    ['off', false],
    ['no', false],
    ['', false],
  ])('reads dry_run %j as %j', (dry_run, expected) => {
    expect(readBatchForm({ files: [file], fields: { dry_run } })).toMatchObject({
      dry_run: expected,
    });
  });

  it('reads an empty webhook_url as none', () => {
    const { webhook_url } = readBatchForm({ files: [file], fields: { webhook_url: '' } });
    expect(webhook_url).toBeUndefined();
  });

  it('names every field at fault at once', () => {
    const fields = { webhook_url: 'javascript:alert(1)', dry_run: 'maybe', other: 'ignored' };
    expect(() => readBatchForm({ files: [file], fields })).toThrow(
      expect.objectContaining({
        code: 'invalid_field',
        message:
          'The field webhook_url must be a URL that begins with http:// or https://. The field dry_run must be true or false.',
        fields: [
          { field: 'webhook_url', error: 'Must be a URL that begins with http:// or https://.' },
          { field: 'dry_run', error: 'Must be true or false.' },
        ],
      }),
    );
  });
});

describe('a batch as JSON', () => {
  it('is a URL, and perhaps a webhook', () => {
    expect(CsvByUrl.parse({ csv_url, dry_run: false })).toEqual({ csv_url, dry_run: false });
    expect(CsvByUrl.parse({ csv_url, webhook_url: 'http://hook.example' })).toMatchObject({
      webhook_url: 'http://hook.example',
    });
  });

  it.each([true, 'true', '1', 'yes'])(
    'cannot be a dry run (%j): that needs the file',
    (dry_run) => {
      const { error } = CsvByUrl.safeParse({ csv_url, dry_run });
      expect(error?.issues).toMatchObject([
        { path: ['dry_run'], message: expect.stringContaining('needs the file itself') },
      ]);
    },
  );

  it.each([
    [{}, 'csv_url'],
    [{ csv_url: '' }, 'csv_url'],
    [{ csv_url: 'shop.example/products.csv' }, 'csv_url'],
    [{ csv_url: 'ftp://shop.example/products.csv' }, 'csv_url'],
    [{ csv_url: `https://shop.example/${'x'.repeat(2048)}` }, 'csv_url'],
    [{ csv_url, webhook_url: '' }, 'webhook_url'],
    [{ csv_url, webhook_url: 'data:text/plain,x' }, 'webhook_url'],
    [{ csv_url, dry_run: 2 }, 'dry_run'],
  ])('is refused as %j for its %s', (body, field) => {
    const { error } = CsvByUrl.safeParse(body);
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
  });
});

describe('the names in paths', () => {
  it.each([
    ['0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e', true],
    ['0b9f4c527f364b6f9a3c2f8d6f5a1f1e', true], // of an Idempotency-Key
    ['0B9F4C52-7F36-4B6F-9A3C-2F8D6F5A1F1E', false],
    ['../../etc', false],
    ['head', false],
    ['', false],
  ])('%j may be a batch: %j', (request_id, mayBe) => {
    expect(BatchPath.safeParse({ request_id }).success).toBe(mayBe);
  });

  it.each([
    ['mfrggzdfmztwq2lknnwg23tpob.jpg', true],
    ['mfrggzdfmztwq2lknnwg23tpob', false],
    ['mfrggzdfmztwq2lknnwg23tpob.jpg.jpg', false],
    ['../mfrggzdfmztwq2lknnwg23tpob.jpg', false],
    ['MFRGGZDFMZTWQ2LKNNWG23TPOB.jpg', false],
  ])('%j may be a processed image: %j', (filename, mayBe) => {
    expect(ProcessedImagePath.safeParse({ filename }).success).toBe(mayBe);
  });

  it('results have a flag for errors only', () => {
    expect(ResultsQuery.safeParse({ errors: '1' }).success).toBe(true);
    expect(ResultsQuery.safeParse({}).success).toBe(true);
    expect(ResultsQuery.safeParse({ errors: 'all' }).success).toBe(false);
  });
});

describe('cursors of products', () => {
  const mine = '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e';
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('decode to the row before the page', () => {
    expect(decodeProductCursor(mine, undefined)).toBe(0);
    for (const number of [1, 50, 100_000])
      expect(decodeProductCursor(mine, encodeProductCursor(mine, number) ?? undefined)).toBe(
        number,
      );
  });

  it.each([
    encoded(['1b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e', 7]),
    encoded([mine]),
    encoded([mine, 0]),
    encoded([mine, -1]),
    encoded([mine, 1.5]),
    encoded([mine, '7']),
    encoded(null),
    'nonsense',
    '',
    '%%%',
  ])('are refused where we did not give them for this batch: %j', (cursor) => {
    expect(() => decodeProductCursor(mine, cursor)).toThrow(/^The cursor .*\.$/);
  });

  it('are none after the last page', () => {
    expect(encodeProductCursor(mine, undefined)).toBeNull();
  });

  it('of the list of batches are rejected by the list of images, and vice versa', () => {
    const place = '2026-11-21T09:30:00.000Z#mfrggzdfmztwq2lknnwg23tpob';
    const ofBatches = encodeCursor(place, { list: 'batches' }) ?? '';
    const ofImages = encodeCursor(place, {}) ?? '';

    expect(decodeCursor({ cursor: ofBatches, list: 'batches' })).toEqual(place);
    expect(() => decodeCursor({ cursor: ofBatches })).toThrow(Problem);
    expect(() => decodeCursor({ cursor: ofImages, list: 'batches' })).toThrow(Problem);
  });
});

describe('a CSV as a reply', () => {
  const derived = inMemoryObjects({
    'small.csv': Buffer.from('a,b\r\n'),
    'large.csv': Buffer.alloc(4_000_001),
  });

  it('is a download under a name that is safe in a header', async () => {
    const name = 'Größe "x"\r\nset-cookie: y';
    const reply = await csvReply({ key: 'small.csv', filename: `${name}.csv` }, { derived });

    expect(reply).toMatchObject({
      status: 200,
      contentType: 'text/csv; charset=utf-8',
      headers: { 'content-disposition': 'attachment; filename="Gr__e _x___set-cookie_ y.csv"' },
    });
    expect('bytes' in reply && Buffer.from(reply.bytes).toString()).toBe('a,b\r\n');
  });

  it('is a redirect where it is too large', async () => {
    expect(await csvReply({ key: 'large.csv', filename: 'x.csv' }, { derived })).toMatchObject({
      status: 302,
      headers: { location: expect.stringContaining('large.csv'), 'cache-control': 'no-store' },
    });
  });

  it('that is gone is not found', async () => {
    await expect(csvReply({ key: 'gone.csv', filename: 'x.csv' }, { derived })).rejects.toThrow(
      new Problem('results_not_found', 'The results are no longer there.'),
    );
  });
});
