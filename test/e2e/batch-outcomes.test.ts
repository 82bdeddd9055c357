import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { createCsv, openWithOrigin } from './batch-client.ts';
import { fetchTimeoutSeconds, uploadMaxBytes } from './settings.ts';
import { withShortWaits } from './short-waits.ts';

const pictures = { '/good.jpg': await drawnJpeg({ width: 320, height: 240, seed: 911 }) };
const { origin, darkroom } = await openWithOrigin(pictures);
afterAll(origin.stop);

const largest = `is larger than ${uploadMaxBytes / 1e6} MB, the maximum.`;
const brokenOff = /^http\S+ broke off in the middle of its answer \([A-Z_]+\), tried 4 times\.$/;
const unfinished = `did not finish within ${fetchTimeoutSeconds} s, tried 4 times.`;

/** What becomes of each URL of an origin that is not always good: null, or why not. */
const outcomes: [path: string, error: null | string | RegExp][] = [
  ['/good.jpg', null],
  ['/slow?ms=300', null],
  ['/redirect/3', null],
  ['/status/503?times=2', null],
  ['/status/429?times=1&retry-after=1', null],

  ['/status/404', 'answered 404.'],
  ['/status/410', 'answered 410.'],
  ['/status/500', 'answered 500, tried 4 times.'],
  ['/huge?bytes=9000000', largest],
  ['/huge?bytes=9000001&unannounced=1', largest],
  ['/html', /^invalid file format: /],
  ['/empty', 'answered with nothing at all.'],
  ['/redirect/7', 'redirects more than 5 times.'],
  ['/loop', 'redirects in a circle.'],
  ['/to', 'answered 302.'],
  ['/gzip', 'is sent compressed (content-encoding), though no compression was requested.'],
  ['/gzip-lying', 'is sent compressed (content-encoding), though no compression was requested.'],
  ['/cut-short', brokenOff],
  ['/too-long', /ends too soon|does not answer in proper HTTP/],
  ['/dripping', unfinished],
  ['/silent', unfinished],
  ['/resetting', brokenOff],
  ['/garbage', 'does not answer in proper HTTP.'],
];
const products = [
  [
    '/good.jpg',
    '/status/503?times=2',
    '/slow?ms=300',
    '/redirect/3',
    '/status/429?times=1&retry-after=1',
  ],
  ...outcomes.filter(([, error]) => error !== null).map(([path]) => ['/good.jpg', path]),
].map((paths) => paths.map((path) => `${origin.url}${path}`));
const errorAt = new Map(outcomes.map(([path, error]) => [`${origin.url}${path}`, error]));

describe('a batch from an origin that misbehaves', () => {
  it('reports the outcome of each URL, and completes when its failed rows are corrected', async () => {
    const { id, batch } = await withShortWaits(async () => {
      const id = await darkroom.start(createCsv(...products));
      // Four tries of 3 s each, and between them waits of 2, 4 and 8 s where these are not shortened.
      return { id, batch: await darkroom.batchEnded(id, darkroom.scaleTimeout(60_000)) };
    });

    expect(batch.status).toBe('completed_with_errors');
    const failing = outcomes.filter(([, error]) => error !== null).length;
    const all = products.flat().length;
    expect(batch.progress).toEqual({
      total_products: products.length,
      processed_products: products.length,
      total_images: all,
      processed_images: all,
      failed_images: failing,
      cancelled_images: 0,
      percentage: 100,
    });
    for (const image of batch.products.flatMap(({ images }) => images)) {
      const expected = errorAt.get(image.input_url);
      expect.soft(image, image.input_url).toMatchObject(
        expected === null
          ? {
              status: 'completed',
              error: null,
              output_url: expect.stringContaining('/optimized?v='),
            }
          : { status: 'failed', output_url: null },
      );
      if (expected instanceof RegExp) expect.soft(image.error).toMatch(expected);
      if (typeof expected === 'string')
        expect.soft(image.error).toBe(`${image.input_url.split('?')[0]} ${expected}`);
    }
    expect(batch.products.map(({ status }) => status)).toEqual([
      'completed',
      ...Array.from({ length: failing }, () => 'completed_with_errors'),
    ]);
    expect(origin.requestsTo('/status/503')).toBe(3);
    expect(origin.requestsTo('/status/404')).toBe(1);
    expect(origin.requestsTo('/dripping')).toBe(4);
    expect(origin.maxOpen()).toBeLessThanOrEqual(2 * 4); // workers at once, and four per host

    const { rows } = await darkroom.results(id);
    expect(rows).toHaveLength(products.length + 1);
    for (const [index, [, , inputs, outputs, errors]] of rows.slice(1).entries()) {
      expect(inputs?.split(',')).toEqual(products[index]);
      expect(outputs?.split(',').map(Boolean)).toEqual(
        products[index]?.map((url) => errorAt.get(url) === null),
      );
      expect(errors === '').toBe(index === 0);
    }

    const failed = await darkroom.results(id, '?errors=1');
    expect(failed.rows[0]).toEqual(['S. No.', 'Product Name', 'Input Image Urls']);
    expect(failed.rows.slice(1).map(([, , url]) => url)).toEqual(
      products.slice(1).map(([, url]) => url),
    );
    const corrected = parse(failed.text, { columns: true, cast: false }).map((row) => ({
      ...Object(row),
      'Input Image Urls': `${origin.url}/good.jpg?corrected=${Object(row)['S. No.']}`,
    }));
    const second = await darkroom.start(stringify(corrected, { header: true }));
    expect(await darkroom.batchEnded(second)).toMatchObject({
      status: 'completed',
      progress: { total_products: failing, failed_images: 0 },
    });
  }, 120_000);

  it('has failed when every URL has failed', async () => {
    const paths = ['/status/404', '/html'].map((path) => [`${origin.url}${path}?again`]);
    const id = await darkroom.start(createCsv(...paths));

    const batch = await darkroom.batchEnded(id);

    expect(batch).toMatchObject({ status: 'failed', progress: { failed_images: 2 } });
    expect(batch.products.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect((await darkroom.results(id)).rows).toHaveLength(3);
  });
});
