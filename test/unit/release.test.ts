import { expect, test } from 'vitest';
import { release } from '#lib/release.ts';

test('takes megabytes away from all of their views, as often as it is asked', () => {
  const bytes = new Uint8Array(3_000_000);
  const view = bytes.subarray(100, 200);
  release(view);
  release(view);
  expect([bytes.length, view.length, bytes.buffer.detached]).toEqual([0, 0, true]);
});

test('leaves alone what may share its memory with others', () => {
  const pooled = Buffer.from('a short text in the pool of Node');
  const neighbour = Buffer.from('next to it');
  release(pooled);
  expect([String(pooled), String(neighbour)]).toEqual([
    'a short text in the pool of Node',
    'next to it',
  ]);
  const shared = new Uint8Array(new SharedArrayBuffer(100_000));
  release(shared);
  expect(shared.length).toBe(100_000);
});
