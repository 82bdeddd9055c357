import { beforeEach, describe, expect, test } from 'vitest';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';
import {
  type Canary,
  loopbackUrls,
  privateUrls,
  startCanary,
} from '#test/support/fetch-private-urls.ts';
import { webhookTools } from '#test/support/webhook-tools.ts';

const { body, stopAfterTest, start, createSender, deliver } = webhookTools();

describe('a webhook that is not accepted', () => {
  test.each([400, 401, 404, 429, 500, 503])('is a failure with the status %i', async (status) => {
    const receiver = await start(() => ({ status, body: 'internal details' }));

    expect(await deliver(receiver)).toEqual({
      ok: false,
      status,
      error: `${receiver.url} answered ${status}.`,
    });
  });

  test('is a failure marked as gone after 410', async () => {
    const receiver = await start(() => ({ status: 410 }));

    expect(await deliver(receiver)).toEqual({
      ok: false,
      status: 410,
      gone: true,
      error: `${receiver.url} answered 410: it wants no more webhooks.`,
    });
  });

  test.each([
    ['7', 7],
    ['Sat, 21 Nov 2026 10:00:42 GMT', 42],
  ])('is a failure with the wait of Retry-After: %s', async (wait, retryAfterSeconds) => {
    const receiver = await start(() => ({ status: 429, headers: { 'retry-after': wait } }));

    expect(await deliver(receiver, { now: () => new Date('2026-11-21T10:00:00Z') })).toMatchObject({
      ok: false,
      status: 429,
      retryAfterSeconds,
    });
  });

  test.each([301, 302, 303, 307, 308])(
    'is a failure after a redirect (%i), which is not followed',
    async (status) => {
      const misplacedRoute = await start();
      const receiver = await start(() => ({ status, headers: { location: misplacedRoute.url } }));
      const send = createSender(receiver, { allowHosts: [receiver.host, misplacedRoute.host] });

      expect(await send({ id: 'msg_1', url: receiver.url, body })).toEqual({
        ok: false,
        status,
        error: `${receiver.url} answered ${status}: redirects are not followed, so give the final address.`,
        ...((status === 301 || status === 308) && { permanent: true }),
      });
      expect(misplacedRoute.calls).toEqual([]);
    },
  );

  test('is a failure without a status after the timeout', async () => {
    const receiver = await start(() => 'never');

    expect(await deliver(receiver, { timeoutMs: 1000 })).toEqual({
      ok: false,
      status: null,
      error: `${receiver.url} did not finish within 1 s.`,
    });
  });

  test('is a failure without a status when the connection breaks', async () => {
    const receiver = await start(() => 'reset');

    expect(await deliver(receiver)).toEqual({
      ok: false,
      status: null,
      error: expect.stringMatching(
        /\/webhook broke off in the middle of its answer \([A-Z_]+\)\.$/,
      ),
    });
  });

  test('is a failure without a status when the receiver is not there', async () => {
    const receiver = await start();
    await receiver.stop();

    expect(await deliver(receiver)).toEqual({
      ok: false,
      status: null,
      error: `${receiver.url} could not be connected to (ECONNREFUSED).`,
    });
  });

  test('is a failure without a status for an invalid URL', async () => {
    const receiver = await start();
    const send = createSender(receiver);

    for (const url of ['', 'hook', 'file:///etc/passwd', receiver.url.replace('//', '//ann:pw@')])
      expect(await send({ id: 'msg_1', url, body })).toEqual({
        ok: false,
        status: null,
        error: expect.stringMatching(/ (is not|contains) .*\.$/),
        permanent: true,
      });
    expect(receiver.calls).toEqual([]);
  });
});

describe('an endless or malformed response to a webhook', () => {
  let origin: FetchOrigin;
  beforeEach(async () => {
    origin = await stopAfterTest(startFetchOrigin({ pictures: {} }));
  });

  test('counts by its status', async () => {
    const send = createSender(origin, { timeoutMs: 2000 });

    for (const path of ['/dripping', '/huge?unannounced=1', '/huge', '/cut-short'])
      expect(await send({ id: 'msg_1', url: `${origin.url}${path}`, body })).toEqual({
        ok: true,
        status: 200,
      });
  });

  test('is a failure without a status when it is not HTTP', async () => {
    const low = `/raw?answer=${encodeURIComponent('HTTP/1.1 099 Low\r\n\r\n')}`;

    for (const path of ['/garbage', low])
      expect(
        await createSender(origin)({ id: 'msg_1', url: `${origin.url}${path}`, body }),
      ).toEqual({
        ok: false,
        status: null,
        error: expect.stringMatching(/ does not answer in proper HTTP\.$/),
      });
  });
});

describe('a private address is never reached by a webhook', () => {
  let canary: Canary;
  beforeEach(async () => {
    canary = await stopAfterTest(startCanary());
  });

  test('in any notation', async () => {
    const send = createSender({ host: '127.0.0.1:1' });

    for (const url of [...loopbackUrls(canary.port), ...privateUrls()])
      expect(await send({ id: 'msg_1', url, body })).toEqual({
        ok: false,
        status: null,
        error: expect.stringContaining(' points to a private address'),
        permanent: true,
      });
    expect(canary.connections()).toBe(0);
  });

  test('by a name that resolves to it', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const send = createSender({ host: '127.0.0.1:1' }, { resolve });
    const url = `http://hooks.example:${canary.port}/`;

    expect(await send({ id: 'msg_1', url, body })).toEqual({
      ok: false,
      status: null,
      error: `${url} points to a private address, which is not allowed.`,
      permanent: true,
    });
    expect(canary.connections()).toBe(0);
  });
});
