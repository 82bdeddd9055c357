import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawnJpeg, drawnPng, phoneExif } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { Delivered, darkroom, ended, fromSrcset, get, linkTo } from './delivery-client.ts';

const chromium = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

const readFormat = async (bytes: Buffer) => {
  const { format, width, height, hasAlpha } = await sharp(bytes).metadata();
  return { format: format === 'heif' ? 'avif' : format, width, height, hasAlpha };
};

describe('a picture is delivered', () => {
  it('by the links of its record, without a key, in the format that the client accepts', async () => {
    const bytes = await drawnJpeg({ width: 1600, height: 1200, seed: 301, exif: phoneExif });
    const { srcset, thumbnails } = await ended({ name: 'a.jpg', bytes });
    const url = fromSrcset(srcset, 640);
    for (const [accept, format] of [
      [chromium, 'avif'],
      ['image/webp,*/*', 'webp'],
      ['*/*', 'jpeg'],
    ] as const) {
      const { status, headers, body } = await get(url, { accept, origin: 'https://shop.example' });
      expect(status).toBe(200);
      expect(await readFormat(body)).toMatchObject({ format, width: 640, height: 480 });
      expect(headers.get('content-type')).toBe(`image/${format}`);
      expect(headers.get('content-length')).toBe(String(body.length));
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('vary')?.toLowerCase()).toContain('accept');
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(headers.get('access-control-allow-origin')).toMatch(/^(\*|https:\/\/shop\.example)$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect((await sharp(body).metadata()).exif).toBeUndefined();

      const etag = headers.get('etag') ?? '';
      const again = await get(url, { accept, 'if-none-match': etag });
      expect([again.status, again.body.length]).toEqual([304, 0]);
      const head = await get(url, { accept }, 'HEAD');
      expect([head.status, head.body.length]).toEqual([200, 0]);
      expect(head.headers.get('content-length')).toBe(String(body.length));
      expect(head.headers.get('etag')).toBe(etag);
    }
    const small = await get(thumbnails['small'] ?? '');
    expect(await readFormat(small.body)).toMatchObject({ format: 'jpeg', width: 200 });
  });

  it('in the format of its extension, whatever the client accepts, under one signature', async () => {
    const { image_id } = await ended({ name: 'b.jpg', bytes: await drawnJpeg({ seed: 302 }) });
    const [path = '', query = ''] = (await linkTo(image_id, 'w320')).split('?');
    for (const [ending, format] of [
      ['jpg', 'jpeg'],
      ['webp', 'webp'],
      ['avif', 'avif'],
      ['png', 'png'],
    ] as const) {
      const { headers, body } = await get(`${path}.${ending}?${query}`, { accept: 'image/gif' });
      expect(await readFormat(body)).toMatchObject({ format, width: 320 });
      expect(headers.get('vary')?.toLowerCase() ?? '').not.toContain('accept,');
    }
  });

  it('with its transparency, except as a JPEG, where it is on white', async () => {
    const bytes = await drawnPng({ width: 400, height: 300, seed: 303, transparent: 0.5 });
    const { image_id, srcset } = await ended({ name: 'logo.png', bytes });
    const url = fromSrcset(srcset, 320);
    for (const accept of [chromium, 'image/webp', '*/*', undefined]) {
      const { body } = await get(url, accept ? { accept } : {});
      const { data } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      expect([data[3], data[320 * 4 - 1]], String(accept)).toEqual([0, 255]);
    }
    expect((await readFormat((await get(url)).body)).format).toBe('png');
    const jpeg = await get(await linkTo(image_id, 'w320', { format: 'jpg' }));
    const { data } = await sharp(jpeg.body).raw().toBuffer({ resolveWithObject: true });
    expect(Math.min(...data.subarray(0, 3))).toBeGreaterThan(245);
  });

  it('upright, and never enlarged', async () => {
    const bytes = await drawnJpeg({ width: 300, height: 200, seed: 304, orientation: 6 });
    const { image_id, srcset } = await ended({ name: 'small.jpg', bytes });
    expect(srcset).toMatch(/ 160w, \S+\/w320\?\S+ 300w$/);
    for (const preset of ['w320', 'w3840', 'large', 'medium']) {
      const { body } = await get(await linkTo(image_id, preset));
      expect(await readFormat(body), preset).toMatchObject({ width: 300, height: 200 });
    }
  });

  it('from a short-lived URL where it is too large to be answered', async () => {
    const bytes = await drawnJpeg({ width: 2400, height: 1800, seed: 305 });
    const { image_id } = await ended({ name: 'large.jpg', bytes });
    const url = await linkTo(image_id, 'w2560', { format: 'png' });
    const first = await fetch(url, { redirect: 'manual' });
    expect([first.status, first.headers.get('cache-control')]).toEqual([302, 'no-store']);
    const { headers, body } = await get(url);
    expect(headers.get('content-type')).toBe('image/png');
    expect(await readFormat(body)).toMatchObject({ format: 'png', width: 2400, height: 1800 });
    expect(body.length).toBeGreaterThan(4_000_000);
  });

  it('cropped around the focal point, under a new version', async () => {
    const { image_id, thumbnails } = await ended({
      name: 'c.jpg',
      bytes: await drawnJpeg({ seed: 306 }),
    });
    const patch = (body: object) =>
      darkroom.json(`/api/images/${image_id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const variant = await linkTo(image_id, 'w160');
    expect((await get(variant)).headers.get('cache-control')).toContain('immutable');
    const answer = await patch({ focal_point: { x: 0.2, y: 0.25 }, caption: 'The sun.' });
    expect(answer).toMatchObject({
      status: 200,
      data: { focal_point: { x: 0.2, y: 0.25 }, caption: 'The sun.', caption_by: 'person' },
    });
    expect(Delivered.parse(answer.data).thumbnails['small']).not.toBe(thumbnails['small']);
    for (const earlier of [thumbnails['small'] ?? '', variant]) {
      const old = await get(earlier);
      expect([old.status, old.headers.get('cache-control')]).toEqual([200, 'public, max-age=60']);
    }
    expect((await patch({ focal_point: { x: 2, y: 0 } })).status).toBe(422);
    expect((await patch({ focal: 1 })).status).toBe(422);
    expect((await patch({})).status).toBe(422);
  });

  it('until its link expires, and no cache may store it longer', async () => {
    const { image_id } = await ended({ name: 'd.jpg', bytes: await drawnJpeg({ seed: 307 }) });
    const url = await linkTo(image_id, 'w160', { expires_in: 2 });
    const { status, headers } = await get(url);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toMatch(/^public, max-age=[012]$/);
    await eventually(async () => expect((await get(url)).status).toBe(403));
  });
});

describe('what is not delivered', () => {
  it('includes unknown presets: the error names them, and nothing is rendered', async () => {
    const { image_id } = await ended({ name: 'e.jpg', bytes: await drawnJpeg({ seed: 311 }) });
    const answer = await darkroom.json(`/api/images/${image_id}/links`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ preset: 'w801' }),
    });
    expect(answer).toMatchObject({ status: 404, error: expect.stringContaining('w800') });
    if (!darkroom.key)
      for (const file of ['w801', 'w800.gif', 'optimized', '..%2f', 'W800', 'small.'])
        expect((await get(`${darkroom.baseUrl}/i/${image_id}/${file}`)).status, file).toBe(404);
    expect(await darkroom.derivedKeys(`i/${image_id}/`)).toEqual([]);
  });

  it('includes forged links: nothing is rendered and nothing is stored', async () => {
    const { image_id, thumbnails } = await ended({
      name: 'h.jpg',
      bytes: await drawnJpeg({ seed: 313 }),
    });
    const s = new URL(thumbnails['small'] ?? '').searchParams.get('s') ?? '';
    const pick = <T>(from: readonly T[], n: number) => from[n % from.length];
    const invented = Array.from({ length: 1000 }, (_, n) => {
      const id = pick([image_id, 'a'.repeat(26), image_id.toUpperCase(), 'x', '%00'], n);
      const preset = pick(
        ['w1', `w${n}x`, 'huge', '0', '..', '%2e%2e%2fi', 'unreadable.v'],
        n >> 2,
      );
      const ending = pick(['', '.jpg', '.svg', '.avif.avif', '.%00', '.auto.auto'], n >> 1);
      const query = pick(
        ['', `?s=${s}`, '?v=../..', '?s=1&e=1', '?w=10&h=10', '?e=never', '?v=1&v=2'],
        n,
      );
      return `${darkroom.baseUrl}/i/${id}/${preset}${ending}${query}`;
    });
    const before = await darkroom.derivedKeys('i/');
    const statuses = new Set<number>();
    for (let from = 0; from < invented.length; from += 20)
      for (const { status } of await Promise.all(
        invented.slice(from, from + 20).map((url) => get(url)),
      ))
        statuses.add(status);
    for (const status of statuses) expect([400, 403, 404]).toContain(status);
    expect(await darkroom.derivedKeys('i/')).toEqual(before);
  });

  it('includes a picture that cannot be decoded: the error gives the reason', async () => {
    const whole = await drawnJpeg({ width: 1200, height: 900, seed: 312 });
    const { image_id } = await darkroom.uploadOne({
      name: 'cut.jpg',
      bytes: whole.subarray(0, 20_000),
    });
    const link = await linkTo(image_id, 'w800');
    const early = await get(link);
    expect(early.status).toBe(422);
    expect(early.body.toString()).toContain('ends too soon');
    await darkroom.ended(image_id);
    expect((await get(link)).status).toBe(422);
    const made = (await darkroom.derivedKeys(`i/${image_id}/`)).filter(
      (key) => !/unreadable/.test(key),
    );
    expect(made).toEqual([]);
  });
});
