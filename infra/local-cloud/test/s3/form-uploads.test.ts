import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { Bucket, type Form, presignPost, send } from './access-fixtures.ts';

test('a presigned form stores its file and sends the event', async () => {
  const { form, client, events } = await presignPost({
    Fields: { 'Content-Type': 'image/jpeg', 'x-amz-meta-request': 'abc' },
  });

  const answer = await send(form, 'picture');

  expect(answer.status).toBe(204);
  const found = await client.send(new GetObjectCommand({ Bucket, Key: 'uploads/a.jpg' }));
  expect(await found.Body?.transformToString()).toBe('picture');
  expect(found).toMatchObject({ ContentType: 'image/jpeg', Metadata: { request: 'abc' } });
  expect(answer.headers.get('etag')).toBe(found.ETag);
  await expect
    .poll(() => events)
    .toMatchObject([{ name: 'ObjectCreated:Post', key: 'uploads/a.jpg', sizeBytes: 7 }]);
});

test('a form upload gets a 201 with the location, if the form says so', async () => {
  const { form } = await presignPost({ Fields: { success_action_status: '201' } });

  const answer = await send(form, 'picture');

  expect(answer.status).toBe(201);
  expect(answer.text).toContain('<Key>uploads/a.jpg</Key>');
});

test('the file name of a form replaces the filename variable of its key', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own variable
  const { form, events } = await presignPost({ Key: 'uploads/${filename}' });

  await send(form, 'picture');

  await expect.poll(() => events.map(({ key }) => key)).toEqual(['uploads/my picture.jpg']);
});

test.each<[string, (form: Form) => Promise<Awaited<ReturnType<typeof send>>>, string]>([
  ['too large', (form) => send(form, 'x'.repeat(1001)), 'EntityTooLarge'],
  ['much too large', (form) => send(form, new Uint8Array(9_000_000)), 'EntityTooLarge'],
  ['empty', (form) => send(form, ''), 'EntityTooSmall'],
  ['for another key', (form) => send(form, 'x', { key: 'other' }), 'AccessDenied'],
  ['with a field more', (form) => send(form, 'x', { acl: 'public-read' }), 'AccessDenied'],
  ['for another bucket', (form) => send({ ...form, url: `${form.url}2` }, 'x'), 'NoSuchBucket'],
  [
    'with a forged signature',
    (form) => send(form, 'x', { 'X-Amz-Signature': '0'.repeat(64) }),
    'SignatureDoesNotMatch',
  ],
  [
    'with a changed policy',
    (form) => send(form, 'x', { Policy: Buffer.from('{"conditions":[]}').toString('base64') }),
    'SignatureDoesNotMatch',
  ],
  ['without a policy', ({ url }) => send({ url, fields: { key: 'a' } }, 'x'), 'AccessDenied'],
])('S3 refuses a form that is %s', async (_, post, code) => {
  const { form, client, events } = await presignPost();

  const answer = await post(form);

  expect(answer.code).toBe(code);
  expect(events).toEqual([]);
  const key = { Bucket, Key: 'uploads/a.jpg' };
  await expect(client.send(new HeadObjectCommand(key))).rejects.toMatchObject({ name: 'NotFound' });
});

test('S3 refuses a form that has expired', async () => {
  const expired = await presignPost({ Expires: -1 });

  expect((await send(expired.form, 'x')).text).toContain('Policy expired');
});

test('S3 verifies the checksum of a form upload', async () => {
  const claimed = 'x-amz-checksum-sha256';
  const { form } = await presignPost({ Conditions: [['starts-with', `$${claimed}`, '']] });
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from('picture'));
  const right = Buffer.from(digest).toString('base64');

  expect((await send(form, 'another', { [claimed]: right })).code).toBe('BadDigest');
  expect((await send(form, 'picture', { [claimed]: right })).status).toBe(204);
});

test('S3 refuses a form that is cut off or malformed', async () => {
  const { url, events, form } = await presignPost();
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const fields = Object.entries(form.fields).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf a pic';
  const bodies = ['', 'nonsense', `${fields.join('')}--b--\r\n`, `${fields.join('')}${file}`];

  for (const body of bodies) {
    const answer = await fetch(`${url}/${Bucket}`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
  }
  expect(events).toEqual([]);
});
