import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '#test/support/fetch-certificate.ts';
import { repeat, startRawServer } from '#test/support/raw-server.ts';
import { webhookTools } from '#test/support/webhook-tools.ts';

const { body, secret, stopAfterTest, createSender, deliver, verify } = webhookTools();

const head = (status: string, ...headers: string[]) =>
  `HTTP/1.1 ${[status, ...headers].join('\r\n')}\r\n\r\n`;
const deliverTo = async (answer: (socket: Socket) => void, timeoutMs = 3000) =>
  deliver(await stopAfterTest(startRawServer(answer)), { timeoutMs });

describe('a webhook receiver that lies about its response', () => {
  test.each([
    ['a body shorter than its Content-Length', head('200 OK', 'Content-Length: 1000'), 'short'],
    ['a body longer than its Content-Length', head('200 OK', 'Content-Length: 2'), 'too long'],
    ['a body that is not gzip', head('200 OK', 'Content-Encoding: gzip'), 'plain'],
    ['chunks that are none', head('200 OK', 'Transfer-Encoding: chunked'), 'zzz\r\n'],
  ])('with %s counts by its status', async (_, start, rest) => {
    expect(await deliverTo((socket) => socket.end(start + rest))).toEqual({
      ok: true,
      status: 200,
    });
  });

  test.each([
    ['a second response behind it', head('503 Busy', 'Content-Length: 0') + head('200 OK')],
    ['an unfinished body', `${head('503 Busy', 'Content-Length: 9')}a`],
  ])('with %s failed by its first status', async (_, response) => {
    expect(await deliverTo((socket) => socket.end(response))).toMatchObject({
      ok: false,
      status: 503,
    });
  });

  test.each([
    ['two lengths', head('200 OK', 'Content-Length: 1', 'Content-Length: 2')],
    ['another protocol', head('101 Switching Protocols', 'Upgrade: x', 'Connection: upgrade')],
    ['an end within its headers', 'HTTP/1.1 200 OK\r\nServer: a'],
    ['SSH', 'SSH-2.0-OpenSSH_9.9\r\n'],
  ])('with %s has no status', async (_, response) => {
    expect(await deliverTo((socket) => socket.end(response))).toEqual({
      ok: false,
      status: null,
      error: expect.stringMatching(/ (broke off|does not answer in proper HTTP).*\.$/),
    });
  });
});

describe('a webhook receiver that never ends', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['a status line', (socket) => repeat(socket, 'H', 50)],
    [
      'its headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        repeat(socket, 'x-more: 1\r\n', 50);
      },
    ],
    [
      'interim responses',
      (socket) => repeat(socket, head('103 Early Hints', 'Link: </a>; rel=preload'), 50),
    ],
  ])('to send %s has no status, after the time of one attempt', async (_, answer) => {
    expect(await deliverTo(answer, 600)).toMatchObject({ ok: false, status: null });
  });

  test('its headers, quickly, has no status, and is not read to its end', async () => {
    let written = 0;
    const flood = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        if (socket.destroyed) return;
        written += 10_000;
        socket.write(`x-more: ${'a'.repeat(9990)}\r\n`, more);
      };
      more();
    };

    expect(await deliverTo(flood)).toEqual({
      ok: false,
      status: null,
      error: expect.stringMatching(/ does not answer in proper HTTP\.$/),
    });
    expect(written).toBeLessThan(10_000_000);
  });

  test('its body counts by its status, and is not read to its end', async () => {
    let written = 0;
    const flood = (socket: Socket) => {
      socket.write(head('200 OK'));
      const more = () => {
        if (socket.destroyed) return;
        written += 65_536;
        socket.write('a'.repeat(65_536), more);
      };
      more();
    };

    expect(await deliverTo(flood)).toEqual({ ok: true, status: 200 });
    expect(written).toBeLessThan(20_000_000);
  });
});

describe('a webhook receiver by https', () => {
  const defaultCertificates = getCACertificates('default');
  afterEach(() => setDefaultCACertificates(defaultCertificates));

  const startSecure = async (certificate: { key: string; cert: string }) => {
    setDefaultCACertificates([...defaultCertificates, certificate.cert]);
    const calls: Parameters<typeof verify>[0][] = [];
    const server = createServer(certificate, async (request, response) => {
      const bytes = Buffer.concat(await request.toArray());
      calls.push({ headers: request.headers, body: bytes.toString() });
      response.writeHead(204).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const stop = async () => {
      server.close();
      server.closeAllConnections();
    };
    await stopAfterTest(Promise.resolve({ stop }));
    const address = server.address();
    if (!address || typeof address === 'string') throw new Error('The server has no port.');
    const host = `hook.example:${address.port}`;
    const send = createSender(
      { host },
      { resolve: async () => [{ address: '127.0.0.1', family: 4 }] },
    );
    return { calls, send: () => send({ id: 'msg_1', url: `https://${host}/`, body }) };
  };

  test('gets what it can verify', async () => {
    const { calls, send } = await startSecure(selfSignedCertificate('hook.example'));

    expect(await send()).toEqual({ ok: true, status: 204 });
    expect(calls.map((call) => verify(call, secret))).toEqual([JSON.parse(body)]);
  });

  test.each([
    ['another name', selfSignedCertificate('other.example'), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [
      'a time that is over',
      selfSignedCertificate('hook.example', { expired: true }),
      'CERT_HAS_EXPIRED',
    ],
  ])('with a certificate of %s gets nothing', async (_, certificate, code) => {
    const { calls, send } = await startSecure(certificate);

    expect(await send()).toEqual({
      ok: false,
      status: null,
      error: expect.stringContaining(`by its certificate (${code}).`),
    });
    expect(calls).toEqual([]);
  });

  test('that speaks no TLS gets nothing', async () => {
    const receiver = await stopAfterTest(startRawServer((socket) => socket.end(head('200 OK'))));

    expect(
      await createSender(receiver)({ id: 'msg_1', url: `https://${receiver.host}/`, body }),
    ).toEqual({ ok: false, status: null, error: expect.stringMatching(/\.$/) });
  });
});
