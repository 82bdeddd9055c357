import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { drawnJpeg, drawnPng } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { openWithOrigin } from './batch-client.ts';

const phone = { width: 480, height: 640, orientation: 6, seed: 902 } as const;
const small = { width: 320, height: 240 };
const pictures: Record<string, Buffer> = {
  '/image1.jpg': await drawnJpeg({ ...small, seed: 901 }),
  '/image2.jpg': await drawnJpeg(phone),
  '/image3.jpg': await drawnPng({ ...small, seed: 903 }), // what shops call .jpg
};
const { origin, darkroom } = await openWithOrigin(pictures);

afterAll(origin.stop);

const url = (path: string) => `${origin.url}${path}`;

/** The example of the README that this replaces: unquoted, so that URLs spill into further cells. */
const sample = `S. No.,Product Name,Input Image Urls
1,SKU1,${url('/image1.jpg')},${url('/image2.jpg')}
2,SKU2,${url('/image3.jpg')}
`;

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe.runIf(hasCurl)('the five routes of the replaced CSV service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-seed-003-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // The replaced service knew no keys.
  const keyHeader = darkroom.key ? ['-H', `X-API-Key: ${darkroom.key}`] : [];
  const curl = (...args: string[]) =>
    new Promise<Buffer>((resolve, reject) =>
      execFile(
        'curl',
        ['-s', '-S', ...keyHeader, ...args],
        { cwd: folder, encoding: 'buffer' },
        (error, out) => (error ? reject(error) : resolve(out)),
      ),
    );
  const json = async (...args: string[]) => JSON.parse(String(await curl(...args)));

  it('answer by curl as its README promises', async () => {
    writeFileSync(join(folder, 'products.csv'), sample);
    const api = `${darkroom.baseUrl}/api`;

    const uploaded = await json('-X', 'POST', `${api}/upload`, '-F', 'file=@products.csv');
    expect(uploaded).toMatchObject({ status: 'success', code: 2000, error: null });
    const id = uploaded.data.request_id;

    const status = await eventually(
      async () => {
        const answer = await json(`${api}/status/${id}`);
        expect(answer.data.status).toBe('completed');
        return answer;
      },
      { within: darkroom.scaleTimeout(30_000), every: 100 },
    );
    expect(status).toMatchObject({ code: 5000, data: { progress: { processed_images: 3 } } });
    expect(status.data).not.toHaveProperty('products');

    const details = await json(`${api}/details/${id}`);
    expect(details.data.products).toHaveLength(2);
    const output = String(details.data.products[0].images[1].output_url);
    expect(output).toMatch(/\/i\/[a-z2-7]{26}\/optimized\?v=[\w-]{14}/);

    const results = parse(await curl(`${api}/download/${id}`));
    expect(results[1]?.[3]?.split(',')).toEqual(
      details.data.products[0].images.map(({ output_url }: { output_url: string }) => output_url),
    );

    await curl('-o', 'processed.jpg', output);
    expect(await sharp(readFileSync(join(folder, 'processed.jpg'))).metadata()).toMatchObject({
      format: 'jpeg',
      width: phone.width,
      height: phone.height,
    });
  });
});
