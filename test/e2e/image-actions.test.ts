import { describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { theClient } from './client.ts';

const darkroom = theClient();
const act = (body: unknown) =>
  darkroom.json('/api/images/actions', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

describe('actions on several images', () => {
  it('answer for each what the route of one image would', async () => {
    const bytes = await drawnJpeg({ width: 300, height: 200, seed: 955 });
    const uploads = ['a.jpg', 'b.jpg'].map((name) => darkroom.uploadOne({ name, bytes }));
    const [one = '', other = ''] = (await Promise.all(uploads)).map(({ image_id }) => image_id);
    await Promise.all([one, other].map((imageId) => darkroom.ended(imageId)));
    const unknown = 'a'.repeat(26);

    const retried = await act({ action: 'retry', image_ids: [one, unknown] });
    expect(retried).toMatchObject({ status: 200, outcome: 'success', code: 2000 });
    expect(retried.data).toEqual([
      {
        image_id: one,
        status: 409,
        error: 'There is nothing to retry: every step is done.',
        error_code: 'nothing_to_retry',
      },
      { image_id: unknown, status: 404, error: 'Image not found', error_code: 'image_not_found' },
    ]);

    const image_ids = [one, 'not an id', other];
    expect((await act({ action: 'delete', image_ids })).data).toEqual([
      { image_id: one, status: 200, error: null, error_code: null },
      {
        image_id: 'not an id',
        status: 404,
        error: 'Image not found',
        error_code: 'image_not_found',
      },
      { image_id: other, status: 200, error: null, error_code: null },
    ]);
    for (const imageId of [one, other])
      expect(await darkroom.json(`/api/images/${imageId}`)).toMatchObject({ status: 404 });
  });

  it.each([
    ['without an id', { action: 'delete', image_ids: [] }],
    [
      'with more than 100 ids',
      { action: 'delete', image_ids: Array.from({ length: 101 }, (_, n) => `id-${n}`) },
    ],
    ['with an id twice', { action: 'delete', image_ids: ['one', 'one'] }],
    ['with another action', { action: 'explode', image_ids: ['one'] }],
  ])('are refused %s', async (_, body) => {
    expect(await act(body)).toMatchObject({ status: 422, error_code: 'invalid_field' });
  });
});
