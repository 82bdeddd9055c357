import { afterAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { loopbackUrls, privateUrls, startCanary } from '#test/support/fetch-private-urls.ts';
import { BatchRecord, createCsv, openWithOrigin } from './batch-client.ts';

const canary = await startCanary();
const pictures = { '/good.jpg': await drawnJpeg({ width: 320, height: 240, seed: 921 }) };
const { origin, darkroom } = await openWithOrigin(pictures);
afterAll(async () => {
  await origin.stop();
  await canary.stop();
});

const isPrivate = /points to a private address|is not allowed/;
const redirectTo = (url: string) => `${origin.url}/to?url=${encodeURIComponent(url)}`;

describe('no server at a private address is reached', () => {
  it('by any URL of a batch, in any notation, or by redirect', async () => {
    const urls = [...loopbackUrls(canary.port), ...privateUrls()];
    const redirected = loopbackUrls(canary.port).map(redirectTo);
    const rows = [...urls, ...redirected].map((url) => [url.replaceAll(',', '%2C')]);

    const id = await darkroom.start(createCsv(...rows, [`${origin.url}/good.jpg`]));
    const ended = await darkroom.batchEnded(id, darkroom.scaleTimeout(55_000));

    expect(ended).toMatchObject({
      status: 'completed_with_errors',
      progress: { total_products: rows.length + 1, failed_images: rows.length },
    });
    const images: { input_url: string; error: string | null }[] = [];
    for (let query = '?limit=100'; query; ) {
      const { data, page } = await darkroom.json(`/api/batches/${id}${query}`);
      images.push(...BatchRecord.parse(data).products.flatMap((product) => product.images));
      query = page?.next_cursor ? `?limit=100&cursor=${page.next_cursor}` : '';
    }
    const failed = images.filter(({ error }) => error !== null);
    expect(failed).toHaveLength(rows.length);
    for (const { input_url, error } of failed) expect.soft(error, input_url).toMatch(isPrivate);
    expect(canary.connections()).toBe(0);
  });

  it('by a csv_url, or by its redirect', async () => {
    const direct = await darkroom.startByUrl({ csv_url: `http://127.0.0.1:${canary.port}/x.csv` });
    const byRedirect = await darkroom.startByUrl({
      csv_url: redirectTo(`http://[::1]:${canary.port}/x.csv`),
    });

    for (const id of [direct, byRedirect]) {
      const batch = await darkroom.batchEnded(id);
      expect(batch).toMatchObject({ status: 'failed' });
      expect(batch.message).toMatch(isPrivate);
    }
    expect(canary.connections()).toBe(0);
  });

  it('by a webhook: the URL of one is refused at the start', async () => {
    for (const webhook_url of [
      `http://127.0.0.1:${canary.port}/hook`,
      `http://localhost:${canary.port}/hook`,
      `http://[::ffff:127.0.0.1]:${canary.port}/hook`,
      'http://169.254.169.254/hook',
    ])
      expect(
        await darkroom.send(createCsv([`${origin.url}/good.jpg`]), { fields: { webhook_url } }),
      ).toMatchObject({
        status: 422,
        error: expect.stringMatching(/^The field webhook_url points to a private address/),
      });
    expect(canary.connections()).toBe(0);
  });

  it('by the redirect of a webhook; the batch says why', async () => {
    const id = await darkroom.start(createCsv([`${origin.url}/good.jpg`]), {
      fields: { webhook_url: redirectTo(`http://127.0.0.1:${canary.port}/hook`) },
    });

    const batch = await eventually(
      async () => {
        const record = await darkroom.batch(id);
        expect(record.webhook?.attempts).not.toEqual([]);
        return record;
      },
      { within: darkroom.scaleTimeout(40_000), every: 100 },
    );
    expect(batch.status).toBe('completed');
    expect(batch.webhook?.attempts[0]?.error).toMatch(/redirects are not followed/);
    expect(canary.connections()).toBe(0);
  });
});
