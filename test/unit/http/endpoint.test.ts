import { describe, expect, it } from 'vitest';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { aContext, anHttpEvent } from '#test/support/http-events.ts';

import { type EventInput, greet, lines, logger, post } from './greeting-endpoint.ts';

describe('endpoint', () => {
  it('responds with exactly what its route declares, in the envelope', async () => {
    const { status, headers, body } = await post('ada');

    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      'x-request-id': '11111111-2222-4333-8444-555555555555',
    });
    expect(body).toEqual({
      status: 'success',
      code: 9000,
      data: { text: 'ADA', base: 'http://api.example', key: 'anonymous' },
      error: null,
    });
  });

  it.each([true, false])('reads JSON by the flag, base64: %s', async (base64) => {
    const { body } = await post('ada', { base64, body: '{"loud":false}' });
    expect(body.data.text).toBe('ada');
  });

  it('does not read base64 as JSON where the flag says text', async () => {
    const body = Buffer.from('{"loud":true}').toString('base64');
    expect(await post('ada', { base64: false, body })).toMatchObject({ status: 400 });
  });

  it.each([
    ['a path that names nothing', 'a', {}, 404, 'Image not found'],
    [
      'a query value',
      'ada',
      { query: { times: 'x' } },
      400,
      'The parameter times must be one digit.',
    ],
    [
      'a repeated value',
      'ada',
      { query: { times: ['1', '2'] } },
      400,
      'The parameter times is given more than once.',
    ],
    [
      'a header',
      'ada',
      { headers: { 'X-Mood': 'splendid' } },
      400,
      'The header x-mood must have at most 5 characters.',
    ],
    [
      'an unknown parameter',
      'ada',
      { query: { other: ['1', '2'] } },
      400,
      'This route has no parameter other. It has times.',
    ],
    ['no body', 'ada', { body: undefined }, 400, 'The body is missing'],
    ['broken JSON', 'ada', { body: '{' }, 400, 'not JSON'],
    ['bytes that are no UTF-8', 'ada', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'not JSON'],
    ['half a pair', 'ada', { body: String.raw`{"x":"\ud83d"}` }, 400, 'not JSON'],
    ['half a pair in a name', 'ada', { body: String.raw`{"\uDE00":1}` }, 400, 'not JSON'],
    ['a body field', 'ada', { body: '{"loud":1}' }, 422, 'The field loud must be true or false.'],
    ['a body that is no object', 'ada', { body: '[1]' }, 422, 'The body must be an object.'],
    ['null for a body', 'ada', { body: 'null' }, 422, 'The body must be an object.'],
  ] satisfies [string, string, EventInput, number, string][])(
    'explains a client error in the response: %s',
    async (_, name, input, status, words) => {
      const answer = await post(name, input);

      expect(answer).toMatchObject({ status, body: { status: 'error', code: 9001, data: null } });
      expect(answer.body.error).toContain(words);
    },
  );

  it('answers another method with 405 and the methods of the path', async () => {
    const { status, headers, body } = await post('ada', { method: 'PUT' });
    expect(status).toBe(405);
    expect(headers).toMatchObject({ allow: 'GET, POST, OPTIONS' });
    expect(body).toMatchObject({
      error: 'There is no PUT at /api/greetings/ada, but GET, POST.',
      error_code: 'method_not_allowed',
    });
  });

  it('names every field at fault, with what is wrong with it', async () => {
    const { body } = await post('ada', { query: { times: '10' } });
    expect(body).toMatchObject({
      error_code: 'invalid_parameter',
      fields: [{ field: 'times', error: 'Must be one digit.' }],
    });
  });

  it('responds to a Problem with its status, message and Retry-After', async () => {
    const { status, headers, body } = await post('unknown');
    expect(status).toBe(404);
    expect(headers).toMatchObject({ 'retry-after': '2', 'access-control-allow-origin': '*' });
    expect(body).toEqual({
      status: 'error',
      code: 9001,
      data: null,
      error: 'There is no such person.',
      error_code: 'image_not_found',
    });
  });

  it('logs internal errors, and shows the client only the request id', async () => {
    lines.length = 0;
    const { status, headers, body } = await post('broken', { headers: { 'x-request-id': 'r-7' } });

    expect(status).toBe(500);
    expect(headers?.['x-request-id']).toBe('r-7');
    expect(JSON.stringify(body)).not.toMatch(/secret|fire/);
    expect(body).toMatchObject({
      status: 'error',
      code: 9001,
      error: expect.stringContaining('r-7'),
    });
    expect(lines).toMatchObject([
      { level: 'error', request_id: 'r-7', error: { message: expect.stringContaining('fire') } },
    ]);
  });

  it('responds with error and data where the route declares both', async () => {
    expect(await post('ada', { headers: { 'X-MOOD': 'bad' } })).toMatchObject({
      status: 503,
      body: { status: 'error', code: 9001, data: { text: '…' }, error: 'Not now.' },
    });
  });

  it('writes one log line per request, without its body', async () => {
    lines.length = 0;
    await post('ada', { headers: { 'x-request-id': 'r-1' } });

    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request answered',
        function_name: 'test',
        request_id: 'r-1',
        method: 'POST',
        path: '/api/greetings/ada',
        route: 'greet',
        status: 200,
        duration_ms: expect.any(Number),
        image_id: 'ada',
      },
    ]);
  });

  it('does not mix up concurrent requests', async () => {
    lines.length = 0;
    const ids = Array.from({ length: 20 }, (_, index) => `r-${index}`);
    const responses = await Promise.all(
      ids.map((id) => post(`n-${id}`, { headers: { 'x-request-id': id } })),
    );

    expect(responses.map(({ headers }) => headers?.['x-request-id'])).toEqual(ids);
    expect(lines.every(({ request_id, image_id }) => image_id === `n-${request_id}`)).toBe(true);
  });

  it.each(['', 'with space', 'x'.repeat(129), 'ü', 'line\nbreak'])(
    'generates a request id where the client sends %j',
    async (id) => {
      const { headers } = await post('ada', { headers: { 'x-request-id': id } });
      expect(headers?.['x-request-id']).toBe('11111111-2222-4333-8444-555555555555');
    },
  );

  it('responds in our envelope just before the timeout of Lambda', async () => {
    const forever = endpoint(greet, () => new Promise(() => undefined), { logger });
    const event = anHttpEvent({
      method: 'POST',
      pathParameters: { image_id: 'ada' },
      body: '{"loud":true}',
    });
    const { statusCode, body } = await forever(event, aContext(120));

    expect(statusCode).toBe(504);
    expect(JSON.parse(body)).toMatchObject({ status: 'error', code: 9001, data: null });
  });

  it('fails rather than send what its route does not declare', async () => {
    const wrong = { text: 7 } as unknown as { text: string; base: string; key: string };
    const careless = endpoint(greet, async () => reply(200, wrong), { logger });
    const event = anHttpEvent({
      method: 'POST',
      pathParameters: { image_id: 'ada' },
      body: '{"loud":true}',
    });
    expect(await careless(event, aContext())).toMatchObject({ statusCode: 500 });
  });
});
