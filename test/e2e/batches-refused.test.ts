import { describe, expect, inject, it } from 'vitest';
import { createBatchClient, createCsv } from './batch-client.ts';

const darkroom = createBatchClient(inject('target'));
const good = createCsv(
  ['https://shop.example/a.jpg', 'https://shop.example/b.jpg'],
  ['http://s.example'],
);
const faulty = [
  'S. No.,Product Name,Input Image Urls',
  '1,SKU1,https://shop.example/a.jpg',
  '2,,ftp://shop.example/b.jpg',
  '3,SKU3,',
  '',
  '5,SKU5,"https://shop.example/c.jpg,oops"',
].join('\n');
/** All of its errors, by line and column. */
const expectedErrors = [
  { row: 3, column: 'Product Name', message: 'The row has no product name.' },
  { row: 3, column: 'Input Image Urls', message: expect.stringContaining('ftp://shop.example') },
  { row: 4, column: 'Input Image Urls', message: 'The row has no image URL.' },
  { row: 6, column: 'Input Image Urls', message: expect.stringContaining('oops') },
];

const formWith = (...parts: [name: string, value: string | Blob, filename?: string][]) => {
  const body = new FormData();
  for (const [name, value, filename] of parts)
    if (typeof value === 'string') body.append(name, value);
    else body.append(name, value, filename);
  return darkroom.json('/api/batches', { method: 'POST', body });
};
const csvBlob = (text = good) => new Blob([text], { type: 'text/csv' });
const started = async () => {
  const { data } = await darkroom.json('/api/batches?limit=100');
  return JSON.stringify(data);
};

describe('a dry run', () => {
  it.each(['true', '1', 'on', 'yes'])(
    '(%s) reports the content of the file and starts nothing',
    async (dry_run) => {
      const before = await started();

      const answer = await darkroom.send(good, { fields: { dry_run } });

      expect(answer).toMatchObject({
        status: 200,
        outcome: 'success',
        data: { valid: true, total_products: 2, total_images: 3, errors: [], more_errors: 0 },
      });
      expect(await started()).toBe(before);
    },
  );

  it('reports every error, and does not itself fail', async () => {
    const answer = await darkroom.send(faulty, { fields: { dry_run: 'true' } });

    expect(answer).toMatchObject({
      status: 200,
      error: null,
      data: { valid: false, total_products: 4, errors: expectedErrors },
    });
  });
});

describe('a batch and its dry run are refused alike', () => {
  it.each(['http://10.0.0.7/hook', 'https://ann:pw@hook.example/', 'ftp://hook.example/'])(
    'for the webhook_url %s',
    async (webhook_url) => {
      const [real, dry] = await Promise.all(
        [{ webhook_url }, { webhook_url, dry_run: 'true' }].map((fields) =>
          darkroom.send(good, { fields }),
        ),
      );

      expect(dry).toMatchObject({ status: 422, code: 2001, data: null });
      expect(dry?.error).toMatch(/^The field webhook_url .*\.$/);
      expect(dry?.error).toBe(real?.error);
    },
  );
});

describe('a batch is refused', () => {
  it('with every error of its CSV named at once, and nothing is started', async () => {
    const before = await started();

    const answer = await darkroom.send(faulty);

    expect(answer).toMatchObject({
      status: 422,
      outcome: 'error',
      code: 2001,
      data: { valid: false, errors: expectedErrors },
    });
    expect(answer.error).toMatch(
      /^The CSV has 4 errors: line 3, column Product Name: .* and 1 more\.$/,
    );
    expect(await started()).toBe(before);
  });

  it.each([
    ['without a file', () => formWith(['webhook_url', 'https://s.example'])],
    ['with an empty input for a file', () => formWith(['file', new Blob([]), ''])],
    ['with two files', () => formWith(['file', csvBlob(), 'a.csv'], ['file', csvBlob(), 'b.csv'])],
    [
      'as JSON that is none',
      () =>
        darkroom.json('/api/batches', {
          method: 'POST',
          body: '{',
          headers: { 'content-type': 'application/json' },
        }),
    ],
    [
      'as text',
      () =>
        darkroom.json('/api/batches', {
          method: 'POST',
          body: good,
          headers: { 'content-type': 'text/csv' },
        }),
    ],
  ])('%s by a 400', async (_, send) => {
    expect(await send()).toMatchObject({
      status: 400,
      code: 2001,
      data: null,
      error: expect.stringMatching(/\w+ \w+.*\.|…$/),
    });
  });

  it.each([
    ['an empty file', 'The file is empty'],
    ['a header alone', 'no rows below it'],
    ['no header', 'is missing'],
    ['a picture', 'line 1'],
  ])('for %s by a 422 that says so', async (what, words) => {
    const contents = {
      'an empty file': '',
      'a header alone': 'S. No.,Product Name,Input Image Urls\n',
      'no header': '1,SKU1,https://shop.example/a.jpg\n',
      'a picture': '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR',
    }[what];
    const answer = await formWith(['file', csvBlob(contents), 'products.csv']);

    expect(answer).toMatchObject({ status: 422, code: 2001, data: { valid: false } });
    expect(answer.error).toContain(words);
  });

  it.each([
    ['webhook_url', 'not a url'],
    ['webhook_url', 'ftp://hook.example/'],
    ['webhook_url', `https://hook.example/${'x'.repeat(2048)}`],
    ['dry_run', 'perhaps'],
  ])('for a field %s of %j by a 422 that names it', async (field, value) => {
    const answer = await darkroom.send(good, { fields: { [field]: value } });

    expect(answer).toMatchObject({ status: 422, code: 2001, data: null });
    expect(answer.error).toMatch(new RegExp(`^The field ${field} .*\\.$`));
  });

  it.each([
    [{ csv_url: 'https://s.example/a.csv', dry_run: true }, 'dry_run'],
    [{ csv_url: 'https://s.example/a.csv', dry_run: 'perhaps' }, 'dry_run'],
    [{ csv_url: 'file:///etc/passwd' }, 'csv_url'],
    [{ csv_url: 7 }, 'csv_url'],
    [{}, 'csv_url'],
    [{ csv_url: 'https://s.example/a.csv', webhook_url: 'nowhere' }, 'webhook_url'],
  ])('for JSON %j by a 422 that names %s', async (body, field) => {
    const answer = await darkroom.sendJson(body);

    expect(answer).toMatchObject({ status: 422, code: 2001, data: null });
    expect(answer.error).toMatch(new RegExp(`^The field ${field} .*\\.$`));
  });

  it('with the first 1000 errors named, and the others counted', async () => {
    const rows = Array.from({ length: 1500 }, (_, n) => `${n + 1},SKU,nowhere`);
    const answer = await darkroom.send(
      ['S. No.,Product Name,Input Image Urls', ...rows].join('\n'),
    );

    expect(answer).toMatchObject({
      status: 422,
      data: { total_products: 1500, total_images: 0, more_errors: 500 },
    });
    expect(Object(answer.data).errors).toHaveLength(1000);
  });

  it('where the form is too large, and the error names csv_url', async () => {
    const answer = await formWith(['file', csvBlob('x'.repeat(4_500_000)), 'large.csv']);

    expect(answer).toMatchObject({ status: 413, code: 2001 });
    expect(answer.error).toContain('csv_url');
  });
});

describe('a list of batches', () => {
  it.each(['limit=0', 'limit=101', 'cursor=nonsense', 'limit=1&limit=2'])(
    'is refused for ?%s',
    async (query) => {
      expect(await darkroom.json(`/api/batches?${query}`)).toMatchObject({
        status: 400,
        code: 5001,
      });
    },
  );

  it('is refused with the cursor of a list of images', async () => {
    const cursor = Buffer.from(JSON.stringify(['', '2026-11', null])).toString('base64url');
    expect(await darkroom.json(`/api/batches?cursor=${cursor}`)).toMatchObject({ status: 400 });
  });
});
