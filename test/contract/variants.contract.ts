import { describe, expect, it } from 'vitest';
import type { Variants } from '#lib/delivery/variants.ts';

const readKeys = async (listed: AsyncIterable<string>) => {
  const keys: string[] = [];
  for await (const key of listed) keys.push(key);
  return keys;
};
const png = { contentType: 'image/png', imageId: 'an-image' };

/** The contract of every `Variants` adapter. */
export const variantsContract = (name: string, open: () => Promise<Variants>) =>
  describe(`${name} variants`, () => {
    it('are found with their type, and are undefined where none was stored', async () => {
      const variants = await open();
      expect(await variants.find('i/a/small.v.png', 100)).toBeUndefined();
      await variants.save('i/a/small.v.png', Buffer.from('a picture'), png);

      const found = await variants.find('i/a/small.v.png', 100);
      expect(found).toMatchObject({ contentType: 'image/png', sizeBytes: 9 });
      expect(Buffer.from(found?.bytes ?? []).toString()).toBe('a picture');
    });

    it('are returned without their bytes where they are larger than the given limit', async () => {
      const variants = await open();
      await variants.save('i/a/large.v.png', Buffer.alloc(1_000_000), png);
      for (let time = 0; time < 20; time++)
        expect(await variants.find('i/a/large.v.png', 999_999)).toEqual({
          contentType: 'image/png',
          sizeBytes: 1_000_000,
          bytes: undefined,
        });
      expect((await variants.find('i/a/large.v.png', 1_000_000))?.bytes).toHaveLength(1_000_000);
    });

    it('are stored by the first of concurrent writers, and never overwritten', async () => {
      const variants = await open();
      const save = (text: string) => variants.save('i/a/once.v.png', Buffer.from(text), png);
      await Promise.all(Array.from({ length: 10 }, (_, n) => save(`number ${n}`)));
      const first = await variants.find('i/a/once.v.png', 100);
      await save('much later');
      expect(await variants.find('i/a/once.v.png', 100)).toEqual(first);
    });

    it('are listed by prefix and removed, however many there are', async () => {
      const variants = await open();
      const keys = Array.from(
        { length: 1050 },
        (_, n) => `i/many/w${String(n).padStart(4, '0')}.v.png`,
      );
      for (let from = 0; from < keys.length; from += 50)
        await Promise.all(
          keys.slice(from, from + 50).map((key) => variants.save(key, Buffer.from('x'), png)),
        );
      await variants.save('i/many-more/small.v.png', Buffer.from('x'), png);

      expect(await readKeys(variants.list('i/many/'))).toEqual(keys);
      await variants.remove(keys);
      await variants.remove(['i/many/nothing.v.png']);
      expect(await readKeys(variants.list('i/many'))).toEqual(['i/many-more/small.v.png']);
    });
  });
