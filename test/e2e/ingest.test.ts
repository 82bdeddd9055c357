import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawnHeic, tileColours } from '#test/support/drawn-heic.ts';
import { drawnJpeg, phoneExif } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type ImageRecord, theClient } from './client.ts';

const darkroom = theClient();

type CreateUploadBody = {
  image_id: string;
  url: string;
  fields: { [name: string]: string };
  max_bytes: number;
};

const presignPost = (request: object) =>
  darkroom.json('/api/uploads', {
    method: 'POST',
    body: JSON.stringify(request),
    headers: { 'content-type': 'application/json' },
  });

const post = ({ url, fields }: CreateUploadBody, bytes: Uint8Array, changed: object = {}) => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changed })) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)]));
  return fetch(url, { method: 'POST', body: form });
};

const listed = async (name: string) =>
  eventually(async () => {
    const { data } = await darkroom.json('/api/images?limit=100');
    const found = (data as ImageRecord[]).find((record) => record.original_name === name);
    if (!found) throw new Error(`${name} is not listed`);
    return found;
  });

describe('the three ways to ingest an image', () => {
  it('make three records that agree in all that the bytes decide', async () => {
    const bytes = await drawnJpeg({ width: 1300, height: 900, seed: 51, exif: phoneExif });
    const name = 'Größe & Strand 日本.jpg';

    const uploaded = await darkroom.uploadOne({ name: 'beach.jpg', bytes });
    await darkroom.drop(`Urlaub 2026/süd + west/${name}`, bytes);
    const created = await presignPost({
      filename: name,
      content_type: 'image/jpeg',
      size_bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(created).toMatchObject({ status: 201, data: { max_bytes: bytes.length } });
    const form = created.data as CreateUploadBody;
    expect((await darkroom.json(`/api/images/${form.image_id}`)).status).toBe(404);
    expect((await post(form, bytes)).status).toBe(204);

    const presigned = await eventually(() => darkroom.image(form.image_id));
    const dropped = await eventually(async () => {
      const { data } = await darkroom.json('/api/images?limit=100');
      const found = (data as ImageRecord[]).find(
        ({ source, original_name }) => source === 'drop' && original_name === name,
      );
      if (!found) throw new Error('the drop is not listed');
      return found;
    });
    expect([uploaded.source, presigned.source, dropped.source]).toEqual([
      'upload',
      'presigned',
      'drop',
    ]);
    expect(presigned.original_name).toBe(name);
    const [first, ...others] = await Promise.all(
      [uploaded, presigned, dropped].map(async ({ image_id }) => {
        const record = await darkroom.ended(image_id);
        const { body } = await darkroom.bytes(record.thumbnails['medium'] ?? '');
        const { status, metadata, exif, placeholder, dominant_color } = record;
        return {
          status,
          metadata,
          exif,
          placeholder,
          dominant_color,
          medium: body.toString('base64'),
        };
      }),
    );
    expect(first?.status).toBe('done');
    expect(others).toEqual([first, first]);
  });

  it('take a new object under a known key as a new revision of the same image', async () => {
    const key = 'again/and again.jpg';
    await darkroom.drop(key, await drawnJpeg({ width: 700, height: 500, seed: 52 }));
    const first = await darkroom.ended((await listed('and again.jpg')).image_id);

    await darkroom.drop(key, await drawnJpeg({ width: 500, height: 700, seed: 53 }));

    const second = await eventually(async () => {
      const record = await darkroom.image(first.image_id);
      if (record.metadata.width !== 500 || record.status !== 'done') throw new Error('not yet');
      return record;
    });
    expect(second.metadata.sha256).not.toBe(first.metadata.sha256);
    await eventually(async () =>
      expect(await darkroom.derivedKeys(first.metadata.sha256 ?? '-')).toEqual([]),
    );
  });
});

describe('a HEIC from a phone', () => {
  const side = 128;
  const bytes = drawnHeic({ irot: 3 });

  const expectUpright = async (imageId: string) => {
    const record = await darkroom.ended(imageId);
    expect(record).toMatchObject({
      status: 'done',
      metadata: { width: side, height: side, format: 'heic' },
    });
    const { body } = await darkroom.bytes(record.thumbnails['medium'] ?? '');
    const corner = { left: 16, top: 16, width: 16, height: 16 };
    const pixels = await sharp(body).extract(corner).raw().toBuffer();
    for (const [index, value] of tileColours.blue.entries())
      expect(Math.abs((pixels[index] ?? 0) - value)).toBeLessThan(10);
  };

  it('is upright in every rendition, however it was added and named', async () => {
    const uploaded = await darkroom.uploadOne({ name: 'IMG_1.jpg', type: 'image/jpeg', bytes });
    await expectUpright(uploaded.image_id);

    const { data } = await presignPost({
      filename: 'IMG_2.HEIC',
      content_type: 'image/heic',
      size_bytes: bytes.length,
    });
    expect((await post(data as CreateUploadBody, bytes)).status).toBe(204);
    await eventually(() => darkroom.image((data as CreateUploadBody).image_id));
    await expectUpright((data as CreateUploadBody).image_id);

    await darkroom.drop('phones/IMG_3', bytes);
    await expectUpright((await listed('IMG_3')).image_id);
  });
});

describe('a presigned form', () => {
  const request = { filename: 'form.png', content_type: 'image/png', size_bytes: 1000 };

  it.each([
    ['what is too large', { ...request, size_bytes: 10 ** 12 }, 413],
    ['what is no picture', { ...request, content_type: 'application/pdf' }, 415],
    ['a request without a size', { filename: 'form.png', content_type: 'image/png' }, 422],
  ])('is not given for %s', async (_, body, status) => {
    const answer = await presignPost(body);
    expect(answer).toMatchObject({ status, code: 2001, data: null });
  });

  it.each([
    ['HEIC', 'a.heic', 'image/heic', 'image/heic'],
    ['a name that does not fit its type', 'form.jpg', 'image/png', 'image/png'],
    ['an unregistered type', 'form.jpg', 'image/x-citrix-jpeg', 'application/octet-stream'],
    ['a type that says nothing', 'form.jpg', 'multipart/form-data', 'application/octet-stream'],
  ])('is given for %s, since the bytes will decide', async (_, filename, type, stored) => {
    const { status, data } = await presignPost({ ...request, filename, content_type: type });
    expect(status).toBe(201);
    expect((data as CreateUploadBody).fields['Content-Type']).toBe(stored);
  });

  it('cannot be used for more bytes than it was requested for', async () => {
    const bytes = await drawnJpeg({ seed: 54 });
    const stated = { ...request, size_bytes: bytes.length - 1 };
    const form = (await presignPost(stated)).data as CreateUploadBody;

    const refused = await post(form, bytes);

    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('Your proposed upload exceeds the maximum allowed size');
  });

  it('cannot be used for another key, nor for an empty file', async () => {
    const bytes = await drawnJpeg({ seed: 54 });
    const stated = { ...request, size_bytes: bytes.length };
    const form = (await presignPost(stated)).data as CreateUploadBody;
    expect((await post(form, bytes, { key: 'uploads/stolen.png' })).status).toBe(403);
    expect((await post(form, new Uint8Array())).status).toBe(400);
  });
});
