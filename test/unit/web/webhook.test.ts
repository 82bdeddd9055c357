import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { isSecret, newSecret } from '#lib/web/webhook.ts';
import { webhookTools } from '#test/support/webhook-tools.ts';

const { secret, body, start, createSender, deliver, verify } = webhookTools();

describe('a webhook delivery', () => {
  test('is one POST of JSON that the receiver can verify', async () => {
    const receiver = await start();

    expect(await deliver(receiver)).toEqual({ ok: true, status: 204 });
    expect(receiver.calls).toEqual([
      {
        method: 'POST',
        path: '/webhook',
        body,
        headers: expect.objectContaining({
          'content-type': 'application/json',
          'webhook-id': 'msg_1',
          'user-agent': expect.stringMatching(/^Darkroom\/\d/),
        }),
      },
    ]);
    expect(receiver.calls.map((call) => verify(call))).toEqual([JSON.parse(body)]);
  });

  test('is sent by the name that the operator chose', async () => {
    const receiver = await start();

    await deliver(receiver, { userAgent: 'Shop (+https://shop.example)' });

    expect(receiver.calls[0]?.headers['user-agent']).toBe('Shop (+https://shop.example)');
  });

  test('does not verify with another body, id, time or secret', async () => {
    const receiver = await start();
    await deliver(receiver);
    const [call] = receiver.calls;
    if (!call) throw new Error('No request was received.');
    const withHeader = (name: string, value: string) => ({
      ...call,
      headers: { ...call.headers, [name]: value },
    });
    const earlier = String(Number(call.headers['webhook-timestamp']) - 1);

    const mismatch = 'No matching signature found';
    expect(() => verify({ ...call, body: call.body.replace('r-1', 'r-2') })).toThrow(mismatch);
    expect(() => verify({ ...call, body: `${call.body} ` })).toThrow(mismatch);
    expect(() => verify(withHeader('webhook-id', 'msg_2'))).toThrow(mismatch);
    expect(() => verify(withHeader('webhook-timestamp', earlier))).toThrow(mismatch);
    expect(() => verify(call, newSecret())).toThrow(mismatch);
  });

  test('carries its time, so that an old one cannot be replayed', async () => {
    const receiver = await start();
    await deliver(receiver, { now: () => new Date('2020-01-01T00:00:00.900Z') });

    expect(receiver.calls[0]?.headers['webhook-timestamp']).toBe('1577836800');
    expect(() => verify(receiver.calls[0] ?? { body, headers: {} })).toThrow(
      /timestamp too (new|old)/,
    );
  });

  test('has the signature that the library computes', async () => {
    const receiver = await start();
    const at = new Date('2026-11-21T10:00:00Z');
    await deliver(receiver, { now: () => at });

    expect(receiver.calls[0]?.headers['webhook-signature']).toBe(
      new Webhook(secret).sign('msg_1', at, body),
    );
  });

  test.each([200, 201, 202, 204, 299])('succeeds with a response of %i', async (status) => {
    expect(await deliver(await start(() => ({ status })))).toEqual({ ok: true, status });
  });

  test('succeeds with any 2xx and any length of body', async () => {
    const receiver = await start(() => ({ status: 200, body: 'thanks '.repeat(1_000_000) }));

    expect(await deliver(receiver)).toEqual({ ok: true, status: 200 });
  });

  test('is retried with the same id and a new time until it succeeds', async () => {
    const receiver = await start((n) => ({ status: n < 4 ? 500 : 200 }));
    let second = 0;
    const send = createSender(receiver, { now: () => new Date(Date.now() + ++second * 1000) });

    const results = [];
    for (const _ of [1, 2, 3, 4])
      results.push(await send({ id: 'msg_1', url: receiver.url, body }));

    expect(results.map(({ ok }) => ok)).toEqual([false, false, false, true]);
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set(['msg_1']),
    );
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    for (const call of receiver.calls) expect(verify(call)).toEqual(JSON.parse(body));
  });
});

describe('a webhook secret', () => {
  test('is new each time and valid', () => {
    const secrets = Array.from({ length: 50 }, newSecret);

    expect(new Set(secrets).size).toBe(50);
    for (const each of secrets) expect(isSecret(each)).toBe(true);
  });

  const toBase64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');
  test.each([24, 32, 64])('may hold %i bytes', (bytes) => {
    expect(isSecret(`whsec_${toBase64(bytes)}`)).toBe(true);
  });

  test.each([
    '',
    'whsec_',
    'secret',
    toBase64(32),
    `whsec_${toBase64(23)}`,
    `whsec_${toBase64(65)}`,
    `whsec_${toBase64(32).replace('=', '')}`,
    `whsec_${toBase64(32)};whsec_${toBase64(24)}`,
    `whsec_${toBase64(32)},whsec_`,
    ' , ',
    `whsec_${toBase64(33).replace(/B/g, '-')}`,
    `WHSEC_${toBase64(32)}`,
  ])('is not "%s", and nothing is sent with it', async (malformed) => {
    const receiver = await start();

    expect(isSecret(malformed)).toBe(false);
    const end = await deliver(receiver, { secret: async () => malformed });
    expect(end).toEqual(unsigned);
    expect(receiver.calls).toEqual([]);
  });

  const unsigned = {
    ok: false,
    status: null,
    error: expect.stringMatching(/cannot be signed: WEBHOOK_SECRET must be whsec_ /),
  };
  test('that is not set is a failure, so that the batch shows the attempt', async () => {
    const receiver = await start();

    expect(await deliver(receiver, { secret: async () => undefined })).toEqual(unsigned);
    expect(receiver.calls).toEqual([]);
  });

  test('that cannot be fetched is thrown as an error of the sender', async () => {
    const receiver = await start();
    const secret = () => Promise.reject(new Error('SSM is down'));

    await expect(deliver(receiver, { secret })).rejects.toThrow('SSM is down');
    expect(receiver.calls).toEqual([]);
  });
});
