import { expect, it } from 'vitest';
import { cacheOrigin } from '#functions/site/pages/store-origin.ts';

it('the store origin is scheme, host and port of a link, and is computed once', async () => {
  let calls = 0;
  const origin = cacheOrigin(async () => `http://127.0.0.1:4569/bucket/key?n=${++calls}`);
  expect(await origin()).toBe('http://127.0.0.1:4569');
  expect(await origin()).toBe('http://127.0.0.1:4569');
  expect(calls).toBe(1);
});

it('the store origin is computed again after a failure', async () => {
  let calls = 0;
  const origin = cacheOrigin(async () => {
    if (++calls === 1) throw new Error('no credentials yet');
    return 'https://s3.us-east-1.amazonaws.com/bucket';
  });
  await expect(origin()).rejects.toThrow('no credentials yet');
  expect(await origin()).toBe('https://s3.us-east-1.amazonaws.com');
});
