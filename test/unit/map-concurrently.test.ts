import { expect, it } from 'vitest';
import { mapConcurrently } from '#lib/map-concurrently.ts';

const items = Array.from({ length: 20 }, (_, n) => n);

it('mapping concurrently keeps the order, and never has more at work than the limit', async () => {
  let atWork = 0;
  let most = 0;

  const results = await mapConcurrently(items, 3, async (item) => {
    most = Math.max(most, ++atWork);
    for (let turn = 0; turn < 20 - item; turn++) await undefined; // the first end last
    atWork--;
    return item * 2;
  });

  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(3);
});

it('mapping concurrently throws the first error, and begins no further item', async () => {
  const begun: number[] = [];

  const mapping = mapConcurrently(items, 2, async (item) => {
    begun.push(item);
    if (item === 3) throw new Error('three');
  });

  await expect(mapping).rejects.toThrow('three');
  expect(begun.length).toBeLessThan(7);
});
