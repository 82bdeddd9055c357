import { describe, expect, inject, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { ImageRecord } from './client.ts';
import { Delivered, darkroom, ended, fromSrcset, get, linkTo } from './delivery-client.ts';

/** Elsewhere each of them is a process of its own, on the same machine. */
const atOnce = inject('embedded') === null ? 8 : 100;

describe('a variant', () => {
  it('requested concurrently is stored once, and the same for all', async () => {
    const bytes = await drawnJpeg({ width: 1600, height: 1200, seed: 321 });
    const { image_id } = await ended({ name: 'f.jpg', bytes });
    const url = await linkTo(image_id, 'w480', { format: 'avif' });
    const all = await Promise.all(Array.from({ length: atOnce }, () => get(url)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(all.map(({ body }) => body.toString('base64'))).size).toBe(1);
    expect(await darkroom.derivedKeys(`i/${image_id}/`)).toHaveLength(1);
  });

  it('is deleted with its image, even during requests for it', async () => {
    const bytes = await drawnJpeg({ width: 1600, height: 1200, seed: 322 });
    const { image_id, srcset } = await ended({ name: 'g.jpg', bytes });
    const links = srcset.split(', ').map((one) => one.split(' ')[0] ?? '');
    const responses = Array.from({ length: 2 * atOnce }, (_, n) => {
      const accept = ['image/avif', 'image/webp', '*/*'][n % 3] ?? '';
      return get(links[n % links.length] ?? '', { accept });
    });
    const deletion = darkroom.json(`/api/images/${image_id}`, { method: 'DELETE' });
    expect((await deletion).status).toBe(200);
    for (const link of links) expect((await get(link)).status).toBe(404);
    for (const { status } of await Promise.all(responses)) expect([200, 404]).toContain(status);
    expect(await darkroom.derivedKeys(`i/${image_id}/`)).toEqual([]);
  });

  it('belongs to the current picture: replacing the picture deletes the variant', async () => {
    const key = `delivery/${crypto.randomUUID()}.jpg`;
    const waitForPicture = async (from: string | undefined) =>
      eventually(async () => {
        const { data } = await darkroom.json('/api/images?limit=20');
        const found = ImageRecord.array()
          .parse(data)
          .find(({ file_path }) => file_path === key);
        if (found?.status !== 'done' || found.metadata.sha256 === from) throw new Error('not yet');
        return Delivered.parse(found);
      });
    await darkroom.drop(key, await drawnJpeg({ width: 700, height: 500, seed: 323 }));
    const before = await waitForPicture(undefined);
    const old = fromSrcset(before.srcset, 640);
    const first = await get(old, { accept: 'image/webp' });
    expect(first.headers.get('cache-control')).toContain('immutable');

    await darkroom.drop(key, await drawnJpeg({ width: 700, height: 500, seed: 324 }));
    const after = await waitForPicture(String(before.metadata.sha256));
    await eventually(async () =>
      expect(await darkroom.derivedKeys(`i/${after.image_id}/`)).toEqual([]),
    );
    const now = await get(old, { accept: 'image/webp' });
    expect(now.headers.get('cache-control')).toBe('public, max-age=60');
    expect(now.body.equals(first.body)).toBe(false);
    const current = await get(fromSrcset(after.srcset, 640), { accept: 'image/webp' });
    expect(current.headers.get('cache-control')).toContain('immutable');
    expect(current.body.equals(now.body)).toBe(true);
  });
});

describe('an original', () => {
  it('is served with the media type of its bytes, whatever the client declared, and for HEAD as well', async () => {
    const key = `delivery/${crypto.randomUUID()}`;
    const bytes = await drawnJpeg({ seed: 331 });
    await darkroom.drop(key, bytes, 'text/html');
    const record = await eventually(async () => {
      const { data } = await darkroom.json('/api/images?limit=20');
      const found = ImageRecord.array()
        .parse(data)
        .find(({ file_path }) => file_path === key);
      if (found?.status !== 'done') throw new Error('not yet');
      return found;
    });
    const path = `${darkroom.baseUrl}/api/images/${record.image_id}/original`;
    const { response, body } = await darkroom.bytes(path);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(body.equals(bytes)).toBe(true);
    const head = await darkroom.bytes(path, { method: 'HEAD' });
    expect(head.response.status).toBe(200);
    expect(head.response.headers.get('content-length')).toBe(String(bytes.length));
  });

  it('that was never inspected is served as a download only', async () => {
    const key = `delivery/${crypto.randomUUID()}.html`;
    await darkroom.drop(key, Buffer.from('<script>alert(1)</script>'), 'text/html');
    const record = await eventually(async () => {
      const { data } = await darkroom.json('/api/images?limit=20');
      const found = ImageRecord.array()
        .parse(data)
        .find(({ file_path }) => file_path === key);
      if (found?.status !== 'failed') throw new Error('not yet');
      return found;
    });
    const { response } = await darkroom.bytes(
      `${darkroom.baseUrl}/api/images/${record.image_id}/original`,
    );
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
  });
});
