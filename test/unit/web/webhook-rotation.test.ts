import { describe, expect, test } from 'vitest';
import { newSecret } from '#lib/web/webhook.ts';
import { webhookTools } from '#test/support/webhook-tools.ts';
import { verifyBy } from '#test/support/webhook-verifiers.ts';

const { body, start, deliver } = webhookTools();

describe.each(Object.entries(verifyBy))('a webhook, as %s verifies it', (_, verify) => {
  test('verifies by the old and the new secret while one replaces the other, and by no other', async () => {
    const receiver = await start();
    const [older, newer, other] = [newSecret(), newSecret(), newSecret()] as const;
    for (const secrets of [older, `${newer},${older}`, newer])
      await deliver(receiver, { secret: async () => secrets });

    const verified = receiver.calls.map((call) =>
      [older, newer, other].map((secret) => {
        try {
          return JSON.stringify(verify(call, secret)) === body;
        } catch {
          return false;
        }
      }),
    );
    expect(verified).toEqual([
      [true, false, false],
      [true, true, false],
      [false, true, false],
    ]);
    expect(
      receiver.calls.map(({ headers }) => String(headers['webhook-signature']).split(' ').length),
    ).toEqual([1, 2, 1]);
  });

  test('does not verify with another body, id or time', async () => {
    const receiver = await start();
    const secret = newSecret();
    await deliver(receiver, { secret: async () => `${newSecret()},${secret}` });
    const [call] = receiver.calls;
    if (!call) throw new Error('No request was received.');
    const withHeader = (name: string, value: string) => ({
      ...call,
      headers: { ...call.headers, [name]: value },
    });
    const earlier = String(Number(call.headers['webhook-timestamp']) - 1);

    expect(verify(call, secret)).toEqual(JSON.parse(body));
    expect(() => verify({ ...call, body: `${body} ` }, secret)).toThrow();
    expect(() => verify(withHeader('webhook-id', 'msg_2'), secret)).toThrow();
    expect(() => verify(withHeader('webhook-timestamp', earlier), secret)).toThrow();
  });
});
