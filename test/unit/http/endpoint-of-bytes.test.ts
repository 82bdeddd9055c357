import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint } from '#lib/http/endpoint.ts';
import { bytes, bytesReply, empty, emptyReply, route } from '#lib/http/route.ts';
import { aContext, anHttpEvent } from '#test/support/http-events.ts';

describe('an endpoint of bytes', () => {
  const picture = route({
    name: 'picture',
    methods: ['GET', 'HEAD'],
    paths: ['/api/picture'],
    private: true,
    tag: 'Pictures',
    summary: 'Shows',
    description: 'Shows',
    code: [9000, 9001],
    faults: [],
    request: { query: z.object({ as: z.string().optional() }) },
    replies: {
      200: bytes('The picture', 'image/jpeg'),
      302: empty('Elsewhere'),
      304: empty('Known'),
    },
  });
  // A view into a larger buffer: only its own bytes may go out.
  const jpeg = new Uint8Array([0, 0, 0xff, 0xd8, 0xff, 0x00, 0x80, 9]).subarray(2, 7);
  const show = endpoint(picture, async ({ query }) => {
    if (query.as === 'known') return emptyReply(304, { etag: '"a"' });
    if (query.as === 'elsewhere') return emptyReply(302, { location: 'https://store.example/x' });
    return bytesReply(200, jpeg, 'image/jpeg', { etag: '"a"' });
  });
  const get = (input: Parameters<typeof anHttpEvent>[0] = {}) =>
    show(anHttpEvent(input), aContext());

  it('sends them without an envelope', async () => {
    const { body, isBase64Encoded, headers } = await get();
    expect(isBase64Encoded).toBe(true);
    expect(headers).toMatchObject({ 'content-type': 'image/jpeg', etag: '"a"' });
    expect(new Uint8Array(Buffer.from(body, 'base64'))).toEqual(new Uint8Array(jpeg));
  });

  it('responds to HEAD with the headers of a GET, its length, and no body', async () => {
    const [got, head] = await Promise.all([get(), get({ method: 'HEAD' })]);
    const length = String(Buffer.from(got.body, 'base64').length);
    expect(head).toEqual({
      ...got,
      headers: { ...got.headers, 'content-length': length },
      body: '',
      isBase64Encoded: false,
    });
  });

  it.each([
    ['known', 304, { etag: '"a"' }],
    ['elsewhere', 302, { location: 'https://store.example/x' }],
  ])(
    'responds without a body or a type where the bytes are %s',
    async (as, statusCode, headers) => {
      const answer = await get({ query: { as } });
      expect(answer).toMatchObject({ statusCode, headers, body: '', isBase64Encoded: false });
      expect(answer.headers).not.toHaveProperty('content-type');
    },
  );
});
