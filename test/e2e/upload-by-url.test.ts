import { afterAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { openWithOrigin } from './batch-client.ts';
import { ImageRecord } from './client.ts';
import { uploadMaxBytes } from './settings.ts';

const picture = await drawnJpeg({ width: 320, height: 240, seed: 933 });
const { origin, darkroom } = await openWithOrigin({ '/boats/My Boat.jpg': picture });
afterAll(() => origin.stop());

const uploadUrl = (url: string, headers: Record<string, string> = {}) =>
  darkroom.json('/api/images', {
    method: 'POST',
    body: JSON.stringify({ url }),
    headers: { 'content-type': 'application/json', ...headers },
  });
const uploadAndEnd = async (url: string) => {
  const { data } = await uploadUrl(url);
  return darkroom.ended(ImageRecord.parse(data).image_id);
};

describe('a picture by its URL', () => {
  it('is queued at once, and ends as an image like any other', async () => {
    const answer = await uploadUrl(`${origin.url}/boats/My%20Boat.jpg?secret=1`);

    expect(answer).toMatchObject({ status: 202, outcome: 'success', code: 2000, error: null });
    const queued = ImageRecord.parse(answer.data);
    expect(queued).toMatchObject({ status: 'queued', source: 'url', original_name: 'My Boat.jpg' });
    expect(queued).toMatchObject({ file_path: null, file_url: null, metadata: {}, thumbnails: {} });
    const image = await darkroom.ended(queued.image_id);
    expect(image).toMatchObject({
      status: 'done',
      source: 'url',
      original_name: 'My Boat.jpg',
      metadata: { width: 320, height: 240, format: 'jpeg', size_bytes: picture.length },
    });
    const { body } = await darkroom.bytes(image.file_url ?? '');
    expect(body.equals(picture)).toBe(true);
  });

  it('is fetched once under one Idempotency-Key', async () => {
    const url = `${origin.url}/slow?ms=1&once`;
    const headers = { 'idempotency-key': crypto.randomUUID() };

    const first = await uploadUrl(url, headers);
    const again = await uploadUrl(url, headers);

    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.data).toEqual(first.data);
    expect(await uploadUrl(`${url}2`, headers)).toMatchObject({ status: 422, outcome: 'error' });
    await darkroom.ended(ImageRecord.parse(first.data).image_id);
    expect(origin.requestsTo('/slow')).toBe(1);
  });

  it.each([
    ['no server may be reached', 'http://169.254.169.254/latest/meta-data', /not allowed|private/],
    ['its server has none', `${origin.url}/status/404`, /answered 404/],
    ['it is a web page', `${origin.url}/html`, /^invalid file format/],
    ['it is too large', `${origin.url}/huge?bytes=${uploadMaxBytes + 1}`, /is larger than 8 MB/],
  ])('fails with the reason where %s', async (_, url, reason) => {
    const image = await uploadAndEnd(url);

    expect(image).toMatchObject({ status: 'failed', source: 'url', file_path: null });
    expect(image.error).toMatch(reason);
    expect(image.steps.thumbnails).toEqual({ state: 'skipped', reason: image.error });
    const original = await darkroom.json(`/api/images/${image.image_id}/original`);
    expect(original).toMatchObject({ status: 404, outcome: 'error' });
  });

  it('is fetched again by a retry', async () => {
    const url = `${origin.url}/status/410?times=1`;
    const { image_id: imageId } = await uploadAndEnd(url);

    const retried = await darkroom.json(`/api/images/${imageId}/retry`, { method: 'POST' });

    expect(retried).toMatchObject({ status: 202, data: { status: 'queued', error: null } });
    expect(await darkroom.ended(imageId)).toMatchObject({ status: 'done' });
  });

  it('is refused at once where the URL can never be fetched', async () => {
    for (const url of ['ftp://example.com/a.jpg', 'a.jpg', 'https://me:secret@example.com/a.jpg']) {
      const answer = await uploadUrl(url);
      expect(answer).toMatchObject({ status: 422, outcome: 'error', code: 2001 });
      expect(answer.error).toMatch(/^The field url must .+\.$/);
      expect(answer.error).not.toContain('secret');
    }
  });
});
