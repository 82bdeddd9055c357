import { afterAll, describe, expect, it } from 'vitest';
import { drawnJpeg, drawnPng, phoneExif } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { BatchRecord, createCsv, openWithOrigin } from './batch-client.ts';
import { ImageRecord } from './client.ts';

const phone = { width: 480, height: 640, orientation: 6, exif: phoneExif, seed: 902 } as const;
const small = { width: 320, height: 240 };

const pictures: Record<string, Buffer> = {
  '/image1.jpg': await drawnJpeg({ ...small, seed: 901 }),
  '/image2.jpg': await drawnJpeg(phone),
  '/image3.jpg': await drawnPng({ ...small, seed: 903 }), // what shops call .jpg
  '/large.jpg': await drawnJpeg({ width: 2600, height: 1900, seed: 904 }),
};

const { origin, darkroom } = await openWithOrigin(pictures);

afterAll(origin.stop);

const url = (path: string) => `${origin.url}${path}`;

/** The example of the README that this replaces: unquoted, so that URLs spill into further cells. */
const sample = `S. No.,Product Name,Input Image Urls
1,SKU1,${url('/image1.jpg')},${url('/image2.jpg')}
2,SKU2,${url('/image3.jpg')}
`;

const quoted = `S. No.,Product Name,Input Image Urls\r
1,SKU1,"${url('/image1.jpg')}, ${url('/image2.jpg')}"\r
2,SKU2,"${url('/image3.jpg')}"\r
`;

pictures['/good.csv'] = Buffer.from(sample);

pictures['/bad.csv'] = Buffer.from('S. No.,Product Name,Input Image Urls\n1,SKU1\n2,,x\n');

const summarize = ({ status, progress, products }: BatchRecord) => ({
  status,
  progress,
  products: products.map(({ serial_number, product_name, images }) => ({
    serial_number,
    product_name,
    images: images.map(({ input_url, status, error }) => ({ input_url, status, error })),
  })),
});

describe('a batch', () => {
  it('is the same whether its URLs are quoted or spill into further cells, with results in order', async () => {
    const [spilled, whole] = await Promise.all([darkroom.start(sample), darkroom.start(quoted)]);
    const batches = [await darkroom.batchEnded(spilled), await darkroom.batchEnded(whole)];

    const [first, second] = batches.map(summarize);
    expect(first).toEqual(second);
    expect(first).toMatchObject({
      status: 'completed',
      progress: {
        total_products: 2,
        processed_products: 2,
        total_images: 3,
        processed_images: 3,
        failed_images: 0,
        percentage: 100,
      },
      products: [
        {
          serial_number: '1',
          product_name: 'SKU1',
          images: [{ input_url: url('/image1.jpg') }, { input_url: url('/image2.jpg') }],
        },
        { images: [{ input_url: url('/image3.jpg'), status: 'completed', error: null }] },
      ],
    });

    for (const batch of batches) {
      const { headers, rows } = await darkroom.results(batch.request_id);
      const outputs = batch.products.map(({ images }) =>
        images.map(({ output_url }) => output_url).join(','),
      );
      expect(rows).toEqual([
        ['S. No.', 'Product Name', 'Input Image Urls', 'Output Image Urls', 'Errors'],
        ['1', 'SKU1', `${url('/image1.jpg')},${url('/image2.jpg')}`, outputs[0], ''],
        ['2', 'SKU2', url('/image3.jpg'), outputs[1], ''],
      ]);
      expect(headers.get('content-type')).toMatch(/^text\/csv/);
      expect(headers.get('content-disposition')).toContain('products-results.csv');
      const failed = await darkroom.results(batch.request_id, '?errors=1');
      expect(failed.rows).toEqual([['S. No.', 'Product Name', 'Input Image Urls']]);
    }
  });

  it('is listed newest first, and its products come in pages', async () => {
    const urls = Array.from({ length: 5 }, (_, n) => [`${url('/image1.jpg')}?n=${n}`]);
    const older = await darkroom.start(createCsv(...urls));
    const newer = await darkroom.start(createCsv([url('/image1.jpg')]));
    await Promise.all([darkroom.batchEnded(older), darkroom.batchEnded(newer)]);

    const seen: string[] = [];
    for (let query: string | undefined = '?limit=2'; query !== undefined; ) {
      const { data, page } = await darkroom.json(`/api/batches/${older}${query}`);
      const { products, progress } = BatchRecord.parse(data);
      expect(products.length).toBeLessThanOrEqual(2);
      expect(progress.total_products).toBe(5);
      seen.push(...products.map(({ serial_number }) => serial_number));
      query = page?.next_cursor ? `?limit=2&cursor=${page.next_cursor}` : undefined;
    }
    expect(seen).toEqual(['1', '2', '3', '4', '5']);

    const listed: string[] = [];
    for (let query: string | undefined = '?limit=1'; query !== undefined; ) {
      const { data, page } = await darkroom.json(`/api/batches${query}`);
      listed.push(
        ...BatchRecord.array()
          .parse(data)
          .map(({ request_id }) => request_id),
      );
      query = page?.next_cursor ? `?limit=1&cursor=${page.next_cursor}` : undefined;
    }
    expect(listed.indexOf(newer)).toBe(listed.indexOf(older) - 1);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('refuses a cursor of another batch, and finds no unknown batch', async () => {
    const id = await darkroom.start(createCsv([url('/image1.jpg')], [url('/image2.jpg')]));
    await darkroom.batchEnded(id);
    const { page } = await darkroom.json(`/api/batches/${id}?limit=1`);
    const other = await darkroom.start(createCsv([url('/image1.jpg')]));
    await darkroom.batchEnded(other); // or the next test would count its requests

    const refused = await darkroom.json(`/api/batches/${other}?cursor=${page?.next_cursor}`);
    expect(refused).toMatchObject({ status: 400, code: 5001 });
    expect(refused.error).toMatch(/^The cursor is not one of this batch/);

    for (const path of ['', '/results', '?limit=2'])
      for (const name of ['unknown', crypto.randomUUID()])
        expect(await darkroom.json(`/api/batches/${name}${path}`)).toMatchObject({
          status: 404,
          code: 5001,
          error: 'Batch not found',
        });
    expect(await darkroom.json('/api/image/unknown.jpg')).toMatchObject({
      status: 404,
      code: 2001,
    });
  });

  it('is started once under an Idempotency-Key, and another file under it is refused', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const before = origin.requestsTo('/image1.jpg');
    const csv = createCsv([`${url('/image1.jpg')}?once`]);

    const first = await darkroom.send(csv, { headers });
    await darkroom.batchEnded(BatchRecord.parse(first.data).request_id);
    const again = await darkroom.send(csv, { headers });
    const other = await darkroom.send(createCsv([url('/image2.jpg')]), { headers });

    expect(again).toMatchObject({ status: 202, data: first.data });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(other).toMatchObject({ status: 422, code: 2001 });
    expect(origin.requestsTo('/image1.jpg')).toBe(before + 1);
  });

  it('completes although one of its images is deleted meanwhile', async () => {
    const id = await darkroom.start(createCsv([url('/large.jpg')], [`${url('/slow')}?ms=1500`]));
    const imageId = await eventually(async () => {
      const { data } = await darkroom.json('/api/images?limit=10');
      const large = ImageRecord.array()
        .parse(data)
        .find(({ original_name }) => original_name === 'large.jpg');
      if (!large) throw new Error('It is not listed yet.');
      return large.image_id;
    });
    const deleted = await darkroom.json(`/api/images/${imageId}`, { method: 'DELETE' });
    expect(deleted.status).toBe(200);

    const batch = await darkroom.batchEnded(id);

    // It may have been done a moment before it went: one outcome or the other, and it stays.
    const [image] = batch.products[0]?.images ?? [];
    expect([null, 'The image was deleted.']).toContain(image?.error);
    expect(batch.progress).toMatchObject({ processed_images: 2, percentage: 100 });
    expect(await darkroom.json(`/api/images/${imageId}`)).toMatchObject({ status: 404 });
    expect((await darkroom.call(`/api/image/${imageId}.jpg`)).status).toBe(404);
  });

  it('started by csv_url is like any other, including the errors of its CSV', async () => {
    const good = await darkroom.startByUrl({ csv_url: url('/good.csv') });
    const bad = await darkroom.startByUrl({ csv_url: url('/bad.csv') });
    const none = await darkroom.startByUrl({ csv_url: url('/status/404') });

    expect(summarize(await darkroom.batchEnded(good))).toMatchObject({
      status: 'completed',
      progress: { total_products: 2, processed_images: 3 },
    });
    const download = origin.calls.find(({ path }) => path === '/good.csv');
    expect(download?.headers.accept).toBe('text/csv, */*;q=0.5'); // not for a picture
    const refused = await darkroom.batchEnded(bad);
    expect(refused).toMatchObject({ status: 'failed', csv_filename: 'bad.csv' });
    expect(refused.errors.map(({ row }) => row)).toEqual([2, 3, 3]);
    expect(refused.message).toMatch(/^The CSV has 3 errors: line 2, /);
    expect(await darkroom.batchEnded(none)).toMatchObject({
      status: 'failed',
      message: `The CSV could not be fetched: ${url('/status/404')} answered 404.`,
    });
    const status = await darkroom.json(`/api/status/${refused.request_id}`);
    expect(status.data).toMatchObject({ status: 'failed', errors: refused.errors });
    const results = await darkroom.results(none);
    expect(results.status).toBe(404);
    expect(results.text).toContain('There are no results: The CSV could not be fetched');
  });

  it('has no results before it has ended', async () => {
    const id = await darkroom.start(createCsv([url('/held')]));

    const early = await darkroom.json(`/api/download/${id}`);
    expect(early).toMatchObject({ status: 409, code: 5001 });
    expect(early.headers.get('retry-after')).toBeTruthy();
    const { data } = await darkroom.json('/api/batches?limit=1');
    expect(data).toMatchObject([{ request_id: id, progress: { processed_images: 0 } }]);

    origin.release();
    await darkroom.batchEnded(id);
    expect((await darkroom.results(id)).status).toBe(200);
  });
});
