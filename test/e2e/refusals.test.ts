import { beforeAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { hostilePictures } from '#test/support/hostile-pictures.ts';
import { type ImageRecord, type Stats, theClient } from './client.ts';

const darkroom = theClient();

describe('a file that is no picture we read', async () => {
  const refusedAtOnce = (await hostilePictures()).filter(
    ({ expected }) => expected !== 'failed later',
  );

  let before: Stats;
  beforeAll(async () => {
    before = await darkroom.stats();
  });

  it.each(refusedAtOnce)('$name is refused, recorded and listed', async (hostile) => {
    const { name, contentType, bytes, expected } = hostile;

    const answer = await darkroom.upload([{ name, type: contentType, bytes }]);

    const error_code = expected === 415 ? 'unsupported_format' : expect.any(String);
    expect(answer).toMatchObject({ status: expected, code: 2001, error_code });
    expect(answer.error).toMatch(/\w+ \w+/);
    expect(answer.data).toMatchObject({
      original_name: name,
      status: 'failed',
      metadata: {},
      thumbnails: {},
      error: answer.error,
      error_code: answer.error_code,
      file_path: null,
    });
    const { image_id } = answer.data as { image_id: string };
    expect(await darkroom.image(image_id)).toMatchObject({ status: 'failed', error: answer.error });
    const { data } = await darkroom.json('/api/images?status=failed&limit=100');
    expect((data as ImageRecord[]).map((record) => record.image_id)).toContain(image_id);
  });

  it('is counted', async () => {
    const { total, failed } = await darkroom.stats();
    const refused = refusedAtOnce.length;
    expect({ total, failed }).toEqual({
      total: before.total + refused,
      failed: before.failed + refused,
    });
  });

  it('ends as failed, with a reason, where only decoding shows the fault', async () => {
    const whole = await drawnJpeg({ width: 1200, height: 900, seed: 41 });
    const { image_id } = await darkroom.uploadOne({
      name: 'truncated.jpg',
      bytes: whole.subarray(0, Math.floor(whole.length / 2)),
    });

    const record = await darkroom.ended(image_id);

    expect(record.status).toBe('failed');
    expect(record).toMatchObject({
      error_code: 'truncated_file',
      steps: { thumbnails: { error_code: 'truncated_file' } },
    });
    const retried = await darkroom.json(`/api/images/${image_id}/retry`, { method: 'POST' });
    expect(retried.status).toBe(202);
    expect((await darkroom.ended(image_id)).status).toBe('failed');
  });

  it('is refused, while the others of the same request are accepted', async () => {
    const good = await drawnJpeg({ seed: 42 });
    const answer = await darkroom.upload([
      { name: 'good.jpg', bytes: good },
      { name: 'bad.jpg', bytes: Buffer.from('not a picture') },
    ]);

    expect(answer).toMatchObject({ status: 202 });
    expect(answer.data).toMatchObject([
      { original_name: 'good.jpg', status: 'queued', error: null },
      { original_name: 'bad.jpg', status: 'failed', error: expect.any(String) },
    ]);
  });
});

describe('a body that is no form', () => {
  const boundary = 'x-boundary';
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    type = `multipart/form-data; boundary=${boundary}`,
  ) => darkroom.json('/api/images', { method: 'POST', body, headers: { 'content-type': type } });
  const part = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n`;

  it.each([
    ['truncated in a header', part.slice(0, 60)],
    ['truncated in a file', `${part}some bytes`],
    [
      'without a file',
      `--${boundary}\r\ncontent-disposition: form-data; name="note"\r\n\r\nhi\r\n--${boundary}--\r\n`,
    ],
    ['empty', ''],
    ['of another boundary', part.replaceAll(boundary, 'other')],
  ])('%s gets a 400', async (_, body) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, code: 2001, data: null });
    expect(answer.error).toMatch(/\w+ \w+/);
  });

  it.each([
    [
      'a quoted filename*, as Postman sends it',
      `name="file"; filename*="UTF-8''a%20b.txt"`,
      'a b.txt',
    ],
    ['a name in Latin-1', 'name="file"; filename="na\xefve.txt"', 'naïve.txt'],
  ])('but for %s and a semicolon behind its boundary is read', async (_, disposition, name) => {
    const body = Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\nno picture\r\n--${boundary}--\r\n`,
      'latin1',
    );
    const answer = await post(body, `multipart/form-data; boundary=${boundary};`);
    expect(answer).toMatchObject({ status: 415, data: { original_name: name } });
  });

  it('names the parts that are not read, while the files are', async () => {
    const form = new FormData();
    form.append('photo', new Blob(['x']), 'photo.jpg');
    form.append('file', new Blob(['no picture']), 'a.txt');
    const answer = await darkroom.json('/api/images', { method: 'POST', body: form });
    expect(answer).toMatchObject({
      status: 415,
      warnings: [{ part: 'photo', error_code: 'unexpected_part' }],
    });
  });

  it('of 12 MB gets a 413 that names the presigned upload', async () => {
    const answer = await darkroom.upload([{ name: 'huge.jpg', bytes: new Uint8Array(12_000_000) }]);
    expect(answer).toMatchObject({ status: 413, error: expect.stringContaining('/api/uploads') });
  });

  it('of 5 MB gets the same, by the limit of Darkroom', async () => {
    const answer = await darkroom.upload([{ name: 'large.jpg', bytes: new Uint8Array(5_000_000) }]);
    expect(answer).toMatchObject({
      status: 413,
      code: 2001,
      error: expect.stringContaining('/api/uploads'),
    });
  });

  it('does not stop the service from accepting the next upload', async () => {
    const { image_id } = await darkroom.uploadOne({
      name: 'after.jpg',
      bytes: await drawnJpeg({ seed: 43 }),
    });
    expect((await darkroom.ended(image_id)).status).toBe('done');
  });
});
