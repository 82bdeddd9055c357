import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failure, startDeployment } from './batch-deployment.ts';
import { aDesk, products } from './batch-harness.ts';

const { folder, csv, results, deployment, batch } = aDesk();

describe('npm run batch, where something is wrong,', () => {
  it('prints each fault of a CSV that is refused', async () => {
    const { url } = await deployment();

    const ended = await batch(['1,Mug', '2,,oops'], csv, '--url', url);

    expect(ended).toEqual({
      code: 2,
      output: '',
      errors:
        'line 2, Input Image Urls: The row has no image URL.\n' +
        'line 3, Product Name: The row has no product name.\n' +
        'line 3, Input Image Urls: “oops” is not an http:// or https:// URL.\n',
    });
    expect(existsSync(results)).toBe(false);
  });

  it('says that the key is wrong', async () => {
    const { url } = await deployment({ key: 'secret' });

    expect(await batch(products(1), csv, '--url', url, '--key', 'other')).toEqual({
      code: 2,
      output: '',
      errors: 'The key is wrong. Give the key of the deployment with --key.\n',
    });
  });

  it('says that nobody answers', async () => {
    const { url, stop } = await startDeployment();
    await stop();

    expect(await batch(products(1), csv, '--url', url, '--patience', '0.3')).toEqual({
      code: 2,
      output: '',
      errors: `${url} does not answer (ECONNREFUSED). Is it running? See --url.\n`,
    });
  });

  it('says that somebody else answers', async () => {
    const { url } = await deployment({
      instead: () => ({ status: 200, body: '<html>Welcome</html>' }),
    });

    expect(await batch(products(1), csv, '--url', url)).toEqual({
      code: 2,
      output: '',
      errors: `${url} answered 200, but not as Darkroom does. Is --url right, and its stage?\n`,
    });
  });

  it('goes on where the deployment is busy, or restarts', async () => {
    const { url, seen, batches } = await deployment({
      instead: ({ method, path }, nth) => {
        if (method === 'POST' && nth === 0)
          return {
            status: 429,
            headers: { 'retry-after': '1' },
            body: failure('Too many requests.'),
          };
        if (path.startsWith('/api/status') && nth === 0) return { status: 503, body: 'down' };
        if (path.startsWith('/api/status') && nth === 1) return 'hang up';
        if (path.endsWith('/results') && nth === 0)
          return { status: 409, body: failure('The results are being written.') };
        return undefined;
      },
    });

    expect(await batch(products(1), csv, '--url', url)).toMatchObject({ code: 0, errors: '' });
    const [first, second] = seen.filter(({ method }) => method === 'POST');
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(990);
    expect(batches()).toBe(1);
  });

  it('starts one batch where the answer to the first request was lost', async () => {
    const { url, seen, batches } = await deployment({
      loses: ({ method }, nth) => method === 'POST' && nth === 0,
    });

    expect(await batch(products(1), csv, '--url', url)).toMatchObject({ code: 0, errors: '' });
    expect(batches()).toBe(1);
    expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('gives up with the last answer when its patience ends', async () => {
    const { url, seen } = await deployment({
      instead: () => ({ status: 409, body: failure('A request with this key is in progress.') }),
    });

    expect(await batch(products(1), csv, '--url', url, '--patience', '0.5')).toEqual({
      code: 2,
      output: '',
      errors: 'A request with this key is in progress.\n',
    });
    expect(seen.length).toBeLessThan(4); // it does not hammer, either
  });

  it('leaves the results of before where new ones cannot be fetched', async () => {
    const { url } = await deployment({
      instead: ({ path }) =>
        path.endsWith('/results') ? { status: 404, body: failure('They are gone.') } : undefined,
    });
    writeFileSync(results, 'before');

    expect(await batch(products(1), csv, '--url', url)).toMatchObject({
      code: 1,
      errors: `${results} could not be written: They are gone.\n`,
    });
    expect(readFileSync(results, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('says how to send a file that is too large', async () => {
    const { url, seen } = await deployment({
      instead: () => ({ status: 413, body: failure('The form has too many bytes.') }),
    });

    const { errors } = await batch(products(1), csv, '--url', url);
    expect(errors).toContain('The form has too many bytes.');
    expect(errors).toContain('give its address instead of the file');

    writeFileSync(csv, Buffer.alloc(10_000_001));
    const ended = await batch(undefined, csv, '--url', url);
    expect(ended.code).toBe(2);
    expect(ended.errors).toContain('give its address instead of the file');
    expect(seen).toHaveLength(1);
  });

  it('sends the address of a CSV, and prints the faults that the deployment found in it', async () => {
    const { url, forms } = await deployment({
      instead: ({ path }) =>
        path.startsWith('/api/status')
          ? {
              status: 200,
              body: {
                status: 'success',
                code: 5000,
                error: null,
                data: {
                  request_id: 'batch-1',
                  status: 'failed',
                  message: 'The CSV has an error.',
                  progress: { total_images: 0, processed_images: 0, failed_images: 0 },
                  errors: [{ row: 7, column: null, message: 'The row is wrong.' }],
                },
              },
            }
          : undefined,
    });

    const ended = await batch(undefined, 'https://shop.example/products.csv?v=1', '--url', url);

    expect(ended).toMatchObject({ code: 2, errors: 'line 7: The row is wrong.\n' });
    expect(forms).toMatchObject([{ fields: { csv_url: 'https://shop.example/products.csv?v=1' } }]);
  });

  it.each([
    [[], 'Name one CSV'],
    [['a.csv', 'b.csv'], 'Name one CSV'],
    [['/nowhere.csv'], 'There is no file /nowhere.csv.'],
    [['/'], 'is not a file'],
    [[csv, '--what'], '--what'],
    [[csv, '--url', 'localhost:3000'], '--url is an address'],
    [[csv, '--webhook', 'ftp://a.example'], '--webhook is an address'],
    [[csv, '--patience', 'long'], '--patience is a number'],
    [['https://a.example/1.csv', '--dry-run'], '--dry-run needs the file'],
  ])('does not understand %j', async (args, reason) => {
    const { code, output, errors } = await batch(products(1), ...args);

    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors).toContain(reason);
    expect(errors).toContain('--help');
  });
});
