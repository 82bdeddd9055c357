import { afterAll, describe, expect, inject, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { enormousPicture } from '#test/support/edit-picture.ts';
import { type EditBehaviour, startEditServer } from '#test/support/edit-server.ts';
import { anEditSession } from '#test/support/edit-session-builder.ts';
import { eventually } from '#test/support/eventually.ts';
import { startFetchOrigin } from '#test/support/fetch-origin.ts';
import { createClient, theClient } from './client.ts';
import { refusedRequests } from './refused-edit-requests.ts';
import { editKey } from './settings.ts';
import { withShortWaits } from './short-waits.ts';

const picture = await drawnJpeg({ width: 400, height: 300, seed: 71 });
const ports = inject('serverPorts');

await enormousPicture(); // drawn once, which takes long on a busy machine
const server = await startEditServer({ key: editKey, port: ports.edits });
const allowed = await startFetchOrigin({ pictures: { '/a.jpg': picture }, port: ports.origin });
const forbidden = await startFetchOrigin({ pictures: { '/a.jpg': picture } });
afterAll(() => Promise.all([server, allowed, forbidden].map((one) => one.stop())));

const darkroom = theClient();
const session = anEditSession(darkroom.json);
const id = 'a'.repeat(26);
let source: Promise<string> | undefined;
const aSource = () => {
  source ??= darkroom.uploadOne({ name: 'a.jpg', bytes: picture }).then(({ image_id }) => image_id);
  return source;
};

describe('edits', () => {
  it.each([
    ['POST', '/api/processes', 1001],
    ['POST', '/api/v1/initiate-process', 1001],
    ['POST', '/api/processes/x/edits', 1001],
    ['POST', '/api/v1/process/book', 1001],
    ['GET', '/api/processes/x', 1001],
    ['POST', '/api/v1/process/status', 1001],
    ['GET', '/api/cache', 1001],
    ['GET', '/api/v1/cache/status', 1001],
  ])('%s %s is refused without a key, or with a wrong one', async (method, path, code) => {
    const open = createClient({ ...inject('target'), env: {} });
    for (const headers of [{}, { 'x-api-key': 'a-wrong-key' }]) {
      const answer = await open.json(path, { method, headers });
      expect(answer).toMatchObject({ status: 403, code, outcome: 'error', data: null });
    }
    const preflight = await open.call(path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://gallery.example',
        'access-control-request-method': method,
        'access-control-request-headers': 'x-api-key,content-type,idempotency-key',
      },
    });
    expect(preflight.status).toBeLessThan(300);
    expect(preflight.headers.get('access-control-allow-origin')).toBeTruthy();
  });

  it.each(refusedRequests)(
    'are refused for %s, at %s',
    async (_, path, body, status, code, error) => {
      const answer = await session.post(path, body);
      expect(answer).toMatchObject({ status, code, outcome: 'error', data: null });
      expect(answer.error).toMatch(error);
    },
  );

  it('are not found under an unknown or expired process', async () => {
    expect(await darkroom.json('/api/processes/unknown')).toMatchObject({
      status: 404,
      code: 5001,
    });
  });

  it('name the field whose picture is not there, is private, or is no picture', async () => {
    const initId = await session.initiate();
    const refused = async (request: Record<string, unknown>) => {
      const answer = await session.book(initId, request);
      expect(answer, JSON.stringify(request)).toMatchObject({ status: 422, code: 4001 });
      return answer.error;
    };

    expect(await refused({ source_url: id })).toMatch(
      /source_url cannot be used\. There is no such image/,
    );
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1']) {
      const port = new URL(forbidden.url).port;
      const source_url = `http://${host}:${port}/a.jpg`;
      expect(await refused({ source_url })).toMatch(
        /source_url cannot be used\. .*private address/,
      );
    }
    const target_url = 'http://169.254.169.254/latest/meta-data/';
    expect(await refused({ source_url: await aSource(), target_url })).toMatch(
      /target_url cannot be used\. .*private address/,
    );
    const detour = `${allowed.url}/to?url=${encodeURIComponent(`${forbidden.url}/a.jpg`)}`;
    expect(await refused({ source_url: detour })).toMatch(
      /source_url cannot be used\. .*private address/,
    );
    expect(await refused({ source_url: `${allowed.url}/html` })).toMatch(
      /source_url cannot be used\./,
    );
    expect(await refused({ source_url: `${allowed.url}/status/404` })).toMatch(/404/);
    expect(await refused({ source_url: 'file:///etc/passwd' })).toMatch(
      /source_url cannot be used\./,
    );
    expect(await session.book(initId, { source_url: `${allowed.url}/status/503` })).toMatchObject({
      status: 409,
      error: expect.stringMatching(/source_url cannot be used\. .*503/),
    });
    expect(forbidden.connections()).toBe(0);
    expect((await session.process(initId)).edits).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  it('are made from public pictures elsewhere, which are fetched once and not stored', async () => {
    const { initId } = await session.start({ source_url: `${allowed.url}/a.jpg` });

    expect(await session.ended(initId)).toMatchObject({ status: 'COMPLETED' });

    expect(allowed.requestsTo('/a.jpg')).toBe(1);
    await eventually(async () => expect(await darkroom.derivedKeys('edits/')).toEqual([]));
  });

  it('are started once for the same Idempotency-Key, and billed once', async () => {
    const initId = await session.initiate();
    const request = { source_url: await aSource(), prompt: 'Only once.' };
    const headers = { 'idempotency-key': 'only-once' };

    const first = await session.book(initId, request, headers);
    const second = await session.book(initId, request, headers);
    const other = await session.book(initId, { ...request, prompt: 'Another.' }, headers);

    expect(second.data).toEqual(first.data);
    expect(other).toMatchObject({ status: 422, code: 4001 });
    await session.ended(initId);
    expect((await session.process(initId)).edits).toHaveLength(1);
    expect(server.paidFor('Only once.')).toBe(1);
  });

  it.concurrent.each<[string, EditBehaviour[], number, RegExp | null]>([
    ['429 and its Retry-After', [busy(429, 1)], 2, null],
    ['500, then 503', [busy(500, 0), busy(503, 0)], 3, null],
    ['a 40 MP picture', [{ is: 'enormous' }], 1, null],
    ['garbage', [{ is: 'garbage' }], 1, /cannot be read/],
    ['a web page', [{ is: 'html' }], 1, /web page/],
    ['nothing', [{ is: 'empty' }], 1, /empty/],
    ['a refusal', [{ is: 'refusing' }], 1, /\w+ \w+/],
    ['silence', [{ is: 'silent' }], 1, /did not answer within 5 s/],
    ['drops', [{ is: 'dripping' }], 1, /did not answer within 5 s/],
    ['half an answer', [{ is: 'breaking-off' }], 1, /broke/],
    ['more than any client takes', [{ is: 'flooding' }], 1, /\w+ \w+/],
  ])('end when the provider answers %s', async (what, behaviours, calls, reason) => {
    server.nextFor(what, ...behaviours);
    const { initId } = await session.start({ source_url: await aSource(), prompt: what });

    const edit = await session.ended(initId, darkroom.scaleTimeout(50_000));

    expect(server.calls.filter(({ prompt }) => prompt === what)).toHaveLength(calls);
    expect(server.paidFor(what)).toBeLessThanOrEqual(1);
    if (reason) {
      expect(edit).toMatchObject({ status: 'FAILED', result_url: null, image_id: null });
      expect(edit.error).toMatch(reason);
    } else {
      expect(edit).toMatchObject({ status: 'COMPLETED', error: null });
      const { response } = await darkroom.bytes(edit.result_url ?? '');
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^image\//);
    }
  });

  it(
    'fail after eight attempts, with the reason, where the provider always requests a wait',
    () =>
      withShortWaits(async () => {
        server.become(busy(503, 0));
        const { initId } = await session.start({ source_url: await aSource(), prompt: 'never' });

        const edit = await session.ended(initId, darkroom.scaleTimeout(100_000));

        expect(edit).toMatchObject({ status: 'FAILED' });
        expect(edit.error).toMatch(/^Tried 8 times and gave up: .*503/);
        server.become({ is: 'editing' });
      }),
    120_000,
  );
});

function busy(status: number, seconds: number): EditBehaviour {
  return { is: 'failing', status, headers: { 'retry-after': String(seconds) } };
}
