import { load } from 'exifreader';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { drawnHeic } from '#test/support/drawn-heic.ts';
import { drawn, drawnJpeg, drawnPng, phoneExif } from '#test/support/drawn-pictures.ts';
import { createCsv, openWithOrigin } from './batch-client.ts';

const phone = { width: 480, height: 640, orientation: 6, exif: phoneExif, seed: 902 } as const;
const small = { width: 320, height: 240 };
const pictures: Record<string, Buffer> = {
  '/image1.jpg': await drawnJpeg({ ...small, seed: 901 }),
  '/image2.jpg': await drawnJpeg(phone),
  '/image3.jpg': await drawnPng({ ...small, seed: 903 }), // what shops call .jpg
  // Coarser than we would make it: written anew it would have more bytes.
  '/coarse.jpg': await (await drawn(phone)).jpeg({ quality: 30 }).toBuffer(),
  '/phone.heic': drawnHeic({ height: 100, irot: 3 }),
};
const { origin, darkroom } = await openWithOrigin(pictures);
afterAll(origin.stop);
const url = (path: string) => `${origin.url}${path}`;

it('a batch makes each picture an ordinary image, with a rendition that is upright, without metadata and no larger', async () => {
  const urls = ['/phone.heic', '/image1.jpg', '/image2.jpg', '/image3.jpg', '/coarse.jpg'].map(url);
  const { products } = await darkroom.batchEnded(await darkroom.start(createCsv(urls)));
  const [heic, ...images] = products[0]?.images ?? [];

  const fromHeic = await sharp((await darkroom.bytes(heic?.output_url ?? '')).body).metadata();
  expect(fromHeic).toMatchObject({ format: 'jpeg', width: 100, height: 128 });
  for (const { input_url, output_url, image_id } of images) {
    const original = pictures[new URL(input_url).pathname] ?? Buffer.alloc(0);
    const record = await darkroom.image(image_id ?? '');
    expect(record).toMatchObject({ source: 'batch', status: 'done' });
    expect(output_url).toMatch(`${darkroom.baseUrl}/i/${image_id}/optimized?v=`);

    const { response, body } = await darkroom.bytes(output_url ?? '');
    expect(response.status).toBe(200);
    expect(body.length).toBeLessThanOrEqual(original.length);
    const tags = await load(body, { expanded: true });
    expect(Object.keys(tags)).not.toContain('exif');
    expect(Object.keys(tags)).not.toContain('gps');
    expect(Object.keys(tags)).not.toContain('xmp');
    const seen = await sharp(original).autoOrient().toBuffer({ resolveWithObject: true });
    const made = await sharp(body).metadata();
    expect(made).toMatchObject({ width: seen.info.width, height: seen.info.height });
    expect(made.orientation ?? 1).toBe(1);
    expect(response.headers.get('content-type')).toBe(`image/${made.format}`);

    for (const path of [`images/${image_id}/thumbnails/optimized`, `image/${image_id}.jpg`])
      expect((await darkroom.bytes(`/api/${path}`)).body.equals(body), path).toBe(true);
    const etag = response.headers.get('etag') ?? '';
    const again = await darkroom.bytes(output_url ?? '', { headers: { 'if-none-match': etag } });
    expect(again.response.status).toBe(304);
    const thumbnail = await darkroom.bytes(`/api/images/${image_id}/thumbnails/small`);
    expect((await sharp(thumbnail.body).metadata()).format).toBe('jpeg');
  }
  const formats = images.slice(0, 3).map(async ({ output_url }) => {
    const { body } = await darkroom.bytes(output_url ?? '');
    return (await sharp(body).metadata()).format;
  });
  expect(await Promise.all(formats)).toEqual(['jpeg', 'jpeg', 'jpeg']);
});
