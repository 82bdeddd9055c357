import exifReader from 'exifreader';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawnJpeg, phoneExif } from '#test/support/drawn-pictures.ts';
import { theClient } from './client.ts';

const darkroom = theClient();
const aPhoto = (seed: number, more = {}) =>
  drawnJpeg({ width: 1600, height: 1200, seed, exif: phoneExif, ...more });

describe('an uploaded picture', () => {
  it('becomes a record with thumbnails, EXIF and metadata', async () => {
    const bytes = await aPhoto(101);
    const accepted = await darkroom.upload([{ name: 'beach.jpg', type: 'image/jpeg', bytes }]);

    expect(accepted).toMatchObject({ status: 202, code: 2000, error: null });
    expect(accepted.data).toMatchObject({
      original_name: 'beach.jpg',
      status: 'queued',
      source: 'upload',
      metadata: { width: 1600, height: 1200, format: 'jpeg', size_bytes: bytes.length },
      caption: null,
      error: null,
    });

    const record = await darkroom.ended((accepted.data as { image_id: string }).image_id);
    expect(record).toMatchObject({
      status: 'done',
      error: null,
      exif: { camera_make: expect.any(String), raw: expect.any(Object) },
      dominant_color: expect.stringMatching(/^#[0-9a-f]{6}$/),
      steps: { thumbnails: { state: 'done' }, exif: { state: 'done' } },
    });

    for (const [size, longestSide] of [
      ['small', 200],
      ['medium', 800],
    ] as const) {
      const { response, body } = await darkroom.bytes(record.thumbnails[size] ?? '');
      const { width, height, format } = await sharp(body).metadata();
      expect({ width, height, format }).toEqual({
        width: longestSide,
        height: (longestSide * 3) / 4,
        format: 'jpeg',
      });
      expect(response.headers.get('cache-control')).toContain('immutable');
      const again = await darkroom.bytes(record.thumbnails[size] ?? '', {
        headers: { 'if-none-match': response.headers.get('etag') ?? '' },
      });
      expect(again.response.status).toBe(304);
      const head = await darkroom.bytes(record.thumbnails[size] ?? '', { method: 'HEAD' });
      expect(head.body).toHaveLength(0);
      expect(head.response.headers.get('content-length')).toBe(String(body.length));
      // An independent parser finds nothing that reveals who, where or with what.
      const { Thumbnail: _, ...tags } = exifReader.load(body, { expanded: true });
      expect(Object.keys(tags).filter((group) => /exif|gps|xmp|iptc|icc/i.test(group))).toEqual([]);
    }
  });

  it('looks the same under every orientation tag', async () => {
    const looks = await Promise.all(
      ([1, 3, 6, 8] as const).map(async (orientation) => {
        const bytes = await drawnJpeg({ width: 900, height: 600, seed: 7, orientation });
        const { image_id } = await darkroom.uploadOne({ name: `turn-${orientation}.jpg`, bytes });
        const record = await darkroom.ended(image_id);
        expect(record.metadata).toMatchObject({ width: 900, height: 600 });
        const { body } = await darkroom.bytes(record.thumbnails['small'] ?? '');
        const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
        return { data, size: `${info.width}x${info.height}` };
      }),
    );

    const [upright, ...turned] = looks;
    for (const { data, size } of turned) {
      expect(size).toBe(upright?.size);
      const difference = data.reduce(
        (sum, v, at) => sum + Math.abs(v - (upright?.data[at] ?? 0)),
        0,
      );
      expect(difference / data.length).toBeLessThan(6);
    }
  });

  it('is listed newest first, page by page, and filtered by status', async () => {
    for (const seed of [11, 12, 13])
      await darkroom.uploadOne({ name: `list-${seed}.jpg`, bytes: await drawnJpeg({ seed }) });
    const all = await darkroom.json('/api/images?limit=100');
    const ids = (all.data as { image_id: string }[]).map(({ image_id }) => image_id);

    const paged: string[] = [];
    let cursor: string | null | undefined = '';
    while (cursor !== null && cursor !== undefined && paged.length < 100) {
      const page = await darkroom.json(`/api/images?limit=2${cursor && `&cursor=${cursor}`}`);
      paged.push(...(page.data as { image_id: string }[]).map(({ image_id }) => image_id));
      cursor = page.page?.next_cursor;
    }

    expect(paged).toEqual(ids);
    const failed = await darkroom.json('/api/images?status=failed');
    expect((failed.data as { status: string }[]).every(({ status }) => status === 'failed')).toBe(
      true,
    );
    const other = await darkroom.json('/api/images?limit=2');
    const crossed = await darkroom.json(
      `/api/images?status=failed&cursor=${other.page?.next_cursor}`,
    );
    expect(crossed.status).toBe(400);
  });

  it('is listed by when it was taken, in that time, and by where it came from', async () => {
    const { image_id } = await darkroom.uploadOne({ name: 'taken.jpg', bytes: await aPhoto(14) });
    await darkroom.ended(image_id);
    const { data } = await darkroom.json(`/api/images/${image_id}`);
    const day = (data as { taken_at: string }).taken_at.slice(0, 10);
    const listed = async (query: string) => {
      const page = await darkroom.json(`/api/images?limit=100&sort=taken&${query}`);
      return (page.data as { image_id: string }[]).map((image) => image.image_id);
    };

    expect(await listed(`source=upload&from=${day}&to=${day}`)).toContain(image_id);
    expect(await listed(`source=drop&from=${day}&to=${day}`)).not.toContain(image_id);
    expect(await listed('from=2100-01-01')).toEqual([]);
  });

  it('is deleted with everything derived from it, and is not found afterwards', async () => {
    const { image_id } = await darkroom.uploadOne({
      name: 'gone.jpg',
      bytes: await drawnJpeg({ seed: 21 }),
    });
    const record = await darkroom.ended(image_id);
    const before = await darkroom.stats();

    const deleted = await darkroom.json(`/api/images/${image_id}`, { method: 'DELETE' });

    expect(deleted).toMatchObject({ status: 200, data: { image_id, deleted: true } });
    const missing = await darkroom.json(`/api/images/${image_id}`);
    expect(missing).toMatchObject({ status: 404, code: 2001, error: 'Image not found' });
    expect((await darkroom.json(`/api/images/${image_id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await darkroom.stats()).total).toBe(before.total - 1);
    expect(await darkroom.derivedKeys(record.metadata.sha256 ?? '-')).toEqual([]);
  });

  it('has its original behind a link that expires', async () => {
    const bytes = await drawnJpeg({ seed: 31 });
    const { image_id } = await darkroom.uploadOne({ name: 'original.jpg', bytes });

    const { response, body } = await darkroom.bytes(
      `${darkroom.baseUrl}/api/images/${image_id}/original`,
    );

    expect(response.status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    const link = await darkroom.json(`/api/images/${image_id}/original`, {
      headers: { accept: 'application/json' },
    });
    expect(link).toMatchObject({ status: 200, data: { url: expect.any(String) } });
  });
});
