import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Objects } from '#lib/images/objects.ts';

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const contentType = 'image/jpeg';
const bytes = new Uint8Array(randomBytes(3000));
const otherEtag = '0123456789abcdef0123456789abcdef';

/** The contract of every `Objects` adapter. */
export const objectsContract = (name: string, open: () => Promise<Objects>) =>
  describe(`${name} objects`, () => {
    it.each(['plain.jpg', 'Urlaub 2026/süd + west/日本 %20&=?#~.jpg', 'a//b/c'])(
      'are stored under the key %s',
      async (key) => {
        const objects = await open();

        const etag = await objects.write(key, bytes, { contentType });

        expect(await objects.read(key)).toEqual(bytes);
        expect(await objects.read(key, etag)).toEqual(bytes);
        expect(await objects.head(key)).toMatchObject({ etag, sizeBytes: 3000, contentType });
        expect(etag).not.toContain('"');
        await objects.remove([key]);
        expect(await objects.head(key)).toBeUndefined();
      },
    );

    it('are returned with their metadata', async () => {
      const objects = await open();
      const begun = Date.now();
      const userMetadata = { name: 'Größe 100% "日本".jpg', 'request-id': 'r-1' };
      const sha256 = hash(bytes);

      await objects.write('labelled', bytes, { contentType, userMetadata, sha256 });
      await objects.write('bare', bytes, { contentType });

      const head = await objects.head('labelled');
      expect(head).toMatchObject({ userMetadata, sha256, sizeBytes: 3000, contentType });
      expect(Math.abs((head?.lastModified.getTime() ?? 0) - begun)).toBeLessThan(60_000);
      expect(await objects.head('bare')).toMatchObject({ userMetadata: {}, sha256: undefined });
    });

    it('are not stored if their bytes do not match their hash', async () => {
      const objects = await open();
      const sha256 = hash(new Uint8Array([1]));

      await expect(objects.write('wrong', bytes, { contentType, sha256 })).rejects.toThrow();

      expect(await objects.head('wrong')).toBeUndefined();
    });

    it('get another ETag when other bytes are stored under the same key', async () => {
      const objects = await open();

      const first = await objects.write('twice', bytes, { contentType });
      expect(await objects.write('twice', bytes, { contentType })).toBe(first);
      const second = await objects.write('twice', bytes.slice(1), { contentType });

      expect(second).not.toBe(first);
      expect(await objects.read('twice', first)).toBeUndefined();
      expect(await objects.readRange('twice', 0, 10, first)).toBeUndefined();
      expect(await objects.read('twice', second)).toEqual(bytes.slice(1));
    });

    it('are not found where none was stored', async () => {
      const objects = await open();

      expect(await objects.head('none')).toBeUndefined();
      expect(await objects.read('none')).toBeUndefined();
      expect(await objects.read('none', otherEtag)).toBeUndefined();
      expect(await objects.readRange('none', 0, 10)).toBeUndefined();
      await objects.remove([]);
      await objects.remove(['none']);
    });

    it('are read by ranges, of which the existing part is returned', async () => {
      const objects = await open();
      const etag = await objects.write('range', bytes, { contentType });
      await objects.write('empty', new Uint8Array(), { contentType });

      expect(await objects.readRange('range', 0, 100, etag)).toEqual(bytes.slice(0, 100));
      expect(await objects.readRange('range', 2900, 500)).toEqual(bytes.slice(2900));
      expect(await objects.readRange('range', 3000, 10, etag)).toEqual(new Uint8Array());
      expect(await objects.readRange('range', 9000, 10)).toEqual(new Uint8Array());
      expect(await objects.readRange('empty', 0, 10)).toEqual(new Uint8Array());
      expect(await objects.read('empty')).toEqual(new Uint8Array());
    });

    it('are deleted several at once, missing ones included', async () => {
      const objects = await open();
      const keys = ['x/1', 'x/ü & <2>.jpg', 'x/3'];
      for (const key of [...keys, 'y']) await objects.write(key, bytes, { contentType });

      await objects.remove([...keys, 'never/there']);

      for (const key of keys) expect(await objects.head(key)).toBeUndefined();
      expect(await objects.read('y')).toEqual(bytes);
    });

    it('are deleted conditionally, if they still have the given ETag', async () => {
      const objects = await open();
      const older = await objects.write('z & co', bytes, { contentType });
      const newer = await objects.write('z & co', bytes.slice(1), { contentType });

      await objects.deleteIfMatch('z & co', older);
      expect(await objects.read('z & co')).toEqual(bytes.slice(1));
      await objects.deleteIfMatch('z & co', newer);
      await objects.deleteIfMatch('z & co', newer);
      expect(await objects.head('z & co')).toBeUndefined();
    });
  });
