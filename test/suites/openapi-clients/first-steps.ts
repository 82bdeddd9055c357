// The README's first steps with types from openapi.json, as a client that knows nothing else of Darkroom:
// `first-steps.ts <base URL> <API key> <photo>`
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import createClient from 'openapi-fetch';
import type { components, paths, webhooks } from './api.ts';

type Image = components['schemas']['Image'];
type Event = components['schemas']['Event'];
type DonePayload = webhooks['image.done']['post']['requestBody']['content']['application/json'];

const [baseUrl = '', key = '', photo = ''] = process.argv.slice(2);
const darkroom = createClient<paths>({ baseUrl, headers: { 'X-API-Key': key } });
const deadline = AbortSignal.timeout(60_000);

/** The `after` of what comes from now on. */
const startOfEvents = async (): Promise<string> => {
  const { data } = await darkroom.GET('/api/events', { params: { query: { after: 'now' } } });
  assert.ok(data?.page.next_cursor);
  return data.page.next_cursor;
};

const upload = async (): Promise<Image> => {
  const picture = new Blob([await readFile(photo)]);
  const form = new FormData();
  form.append('file', picture, 'first.jpg');
  const { data, response } = await darkroom.POST('/api/images', {
    params: { header: { 'idempotency-key': crypto.randomUUID() } },
    body: { file: [picture] },
    bodySerializer: () => form,
  });
  assert.equal(response.status, 202);
  assert.ok(data?.status === 'success' && !Array.isArray(data.data));
  return data.data;
};

/** Asks for events until there is one of this type about this image. */
const waitForEvent = async (type: Event['type'], imageId: string, from: string) => {
  for (let after = from; ; ) {
    const { data, error } = await darkroom.GET('/api/events', {
      params: { query: { after, wait: 20 } },
      signal: deadline,
    });
    assert.ok(data, error?.error);
    const event = data.data.find((one) => one.type === type && one.data.image_id === imageId);
    if (event) return event;
    after = data.page.next_cursor ?? after;
  }
};

const read = async (imageId: string): Promise<Image> => {
  const { data, error } = await darkroom.GET('/api/images/{image_id}', {
    params: { path: { image_id: imageId } },
  });
  assert.ok(data, error?.error);
  return data.data;
};

/** A picture's bytes by a link, which needs no key. */
const download = async (url: string | undefined, type: string): Promise<void> => {
  assert.ok(url);
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), type);
  assert.ok((await response.arrayBuffer()).byteLength > 100);
};

const after = await startOfEvents();
const { image_id: imageId } = await upload();
const event = await waitForEvent('image.done', imageId, after);
const payload: DonePayload['data'] = {
  image_id: imageId,
  status: 'done',
  error: null,
  error_code: null,
};
assert.deepEqual({ ...event.data }, payload);

const image = await read(imageId);
assert.equal(image.status, 'done');
assert.ok(image.steps.thumbnails.state === 'done' && image.metadata.width);
await download(image.thumbnails['small'], 'image/jpeg');

const { data: list } = await darkroom.GET('/api/images', {
  params: { query: { limit: 10, status: 'done', sort: 'uploaded' } },
});
assert.ok(list?.data.some((one) => one.image_id === imageId));

const { data: link } = await darkroom.POST('/api/images/{image_id}/links', {
  params: { path: { image_id: imageId } },
  body: { preset: 'medium', format: 'avif', expires_in: 600 },
});
await download(link?.data.url, 'image/avif');

const { data: rendition } = await darkroom.GET('/api/images/{image_id}/thumbnails/{size}', {
  params: { path: { image_id: imageId, size: 'medium' } },
  parseAs: 'blob',
});
assert.equal(rendition?.type, 'image/jpeg');

const { data: deleted } = await darkroom.DELETE('/api/images/{image_id}', {
  params: { path: { image_id: imageId } },
});
assert.equal(deleted?.data.deleted, true);
const {
  data: none,
  error,
  response,
} = await darkroom.GET('/api/images/{image_id}', {
  params: { path: { image_id: imageId } },
});
assert.equal(none, undefined);
assert.equal(response.status, 404);
assert.equal(error?.error_code, 'image_not_found');
