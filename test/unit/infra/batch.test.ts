import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { batchHarness, header, products } from './batch-harness.ts';

const command = fileURLToPath(new URL('../../../infra/cli/batch.ts', import.meta.url));
const { folder, csv, results, failed, deployment, batch } = batchHarness();

describe('npm run batch', () => {
  it('uploads the CSV, waits for its images and writes the results beside it', async () => {
    const { url, forms } = await deployment();

    const ended = await batch(
      products(25),
      csv,
      '--url',
      url,
      '--webhook',
      'https://hook.example/?a=b',
    );

    expect(ended).toMatchObject({ code: 0, errors: '' });
    expect(forms).toEqual([
      {
        csv: readFileSync(csv, 'utf8'),
        filename: 'products.csv',
        fields: { webhook_url: 'https://hook.example/?a=b' },
      },
    ]);
    expect(ended.output.split('\n')).toEqual([
      `batch batch-1: ${url}/api/batches/batch-1`,
      '10 of 25 pictures, 0 failed',
      '20 of 25 pictures, 0 failed',
      '25 of 25 pictures, 0 failed',
      `25 of 25 images processed: ${results}`,
      '',
    ]);
    expect(readFileSync(results, 'utf8').split('\r\n')[25]).toBe(
      '25,Mug 25,https://a.example/24.jpg,https://d.example/api/image/24.jpg,',
    );
    expect(readdirSync(folder).sort()).toEqual(['products-results.csv', 'products.csv']);
  });

  it('reports each failure once, as it comes, and writes the failed rows', async () => {
    const { url, seen } = await deployment({ pace: 40 });
    const rows = products(230, (n) =>
      n % 50 === 7 ? `https://bad.example/${n}` : 'https://a.example/',
    );

    const { code, output } = await batch(rows, csv, '--url', url);

    expect(code).toBe(1);
    const lines = output.split('\n');
    expect(lines.filter((line) => line.startsWith('failed: '))).toEqual(
      [8, 58, 108, 158, 208].map(
        (n) => `failed: ${n} Mug ${n}: https://bad.example/${n - 1}: The server answered 404.`,
      ),
    );
    expect(lines.findIndex((line) => line.startsWith('failed: 8 '))).toBeLessThan(
      lines.indexOf('80 of 230 pictures, 2 failed'),
    );
    expect(lines).toContain(`225 of 230 images processed: ${results}`);
    expect(lines).toContain(`5 failed, to be corrected and sent again: ${failed}`);
    expect(readFileSync(failed, 'utf8').split('\r\n').slice(0, 3)).toEqual([
      header,
      '8,Mug 8,https://bad.example/7',
      '58,Mug 58,https://bad.example/57',
    ]);
    // Pages are requested only when there are new failures.
    const pages = seen.filter(({ path }) => path.startsWith('/api/batches/batch-1?'));
    const looks = seen.filter(({ path }) => path === '/api/status/batch-1');
    expect(looks).toHaveLength(6);
    expect(pages.length).toBeLessThan(10);
  });

  it('requests no page again whose products have ended', async () => {
    const { url, seen } = await deployment({ pace: 300 });
    const rows = products(400, (n) => `https://${n % 385 === 5 ? 'bad' : 'a'}.example/${n}`);

    const { output } = await batch(rows, csv, '--url', url);

    expect(output.match(/^failed: /gm)).toHaveLength(2);
    expect(seen.filter(({ path }) => path.includes('limit='))).toHaveLength(4);
  });

  it('processes the failed rows when their file is corrected and sent', async () => {
    const first = await deployment();
    await batch(
      ['1,Mug,"https://a.example/1.jpg,https://bad.example/w_2,h_3/2.jpg"'],
      csv,
      '--url',
      first.url,
    );
    const second = await deployment();
    writeFileSync(failed, readFileSync(failed, 'utf8').replace('bad', 'good'));

    const { code } = await batch(undefined, failed, '--url', second.url);

    expect(code).toBe(0);
    expect(second.forms[0]?.csv).toBe(
      `${header}\r\n1,Mug,https://good.example/w_2%2Ch_3/2.jpg\r\n`,
    );
    expect(existsSync(join(folder, 'products-failed-results.csv'))).toBe(true);
  });

  it('ends with 1 when every image failed', async () => {
    const { url } = await deployment();

    expect(await batch(['1,Mug,https://bad.example'], csv, '--url', url)).toMatchObject({
      code: 1,
    });
    expect(readFileSync(results, 'utf8')).toContain('The server answered 404.');
  });

  it('only checks the file in a dry run', async () => {
    const { url, batches } = await deployment();

    expect(await batch(products(3), csv, '--url', url, '--dry-run')).toEqual({
      code: 0,
      output: '3 products, 3 pictures, no errors\n',
      errors: '',
    });
    expect(await batch(['1,Mug', ...products(1)], csv, '--dry-run', '--url', url)).toEqual({
      code: 2,
      output: '2 products, 1 pictures\n',
      errors: 'line 2, Input Image Urls: The row has no image URL.\n',
    });
    expect(batches()).toBe(0);
  });

  it('works below the path of a stage, with its key', async () => {
    const { url } = await deployment({ key: 'secret', stage: '/prod' });

    expect(await batch(products(1), csv, '--url', `${url}/`, '--key', 'secret')).toMatchObject({
      code: 0,
      errors: '',
    });
  });

  it('downloads large results from the file store without sending the key', async () => {
    const { url } = await deployment({
      key: 'secret',
      instead: ({ path }) =>
        path.endsWith('/results') ? { status: 302, headers: { location: '/store/1' } } : undefined,
    });

    const { code } = await batch(products(1), csv, '--url', url, '--key', 'secret');

    expect(code).toBe(0);
    expect(readFileSync(results, 'utf8')).toBe('from the store');
  });

  it('sets the exit code of the process', () => {
    expect(spawnSync(process.execPath, [command]).status).toBe(2);
  });

  it('prints its options for --help', async () => {
    const { status, stdout: output } = spawnSync(process.execPath, [command, '--help'], {
      encoding: 'utf8',
    });

    expect(status).toBe(0);
    for (const option of ['--webhook', '--url', '--key', '--dry-run', 'products.csv'])
      expect(output).toContain(option);
  });
});
