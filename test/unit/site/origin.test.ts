import { expect, it } from 'vitest';
import { originOf } from '#functions/site/pages/origin.ts';

it('takes scheme, host and port of a link, and asks for one only once', async () => {
  let asked = 0;
  const origin = originOf(async () => `http://127.0.0.1:4569/bucket/key?n=${++asked}`);
  expect(await origin()).toBe('http://127.0.0.1:4569');
  expect(await origin()).toBe('http://127.0.0.1:4569');
  expect(asked).toBe(1);
});

it('asks again after a failure', async () => {
  let asked = 0;
  const origin = originOf(async () => {
    if (++asked === 1) throw new Error('no credentials yet');
    return 'https://s3.us-east-1.amazonaws.com/bucket';
  });
  await expect(origin()).rejects.toThrow('no credentials yet');
  expect(await origin()).toBe('https://s3.us-east-1.amazonaws.com');
});
