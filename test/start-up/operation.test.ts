import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isWarning, parseLogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { createClient, ImageRecord, Stats } from '#test/e2e/client.ts';
import { startCaptionServer } from '#test/support/caption-server.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { startFetchOrigin } from '#test/support/fetch-origin.ts';
import { startOtlpReceiver } from '#test/support/otlp-receiver.ts';

const key = 'a-key-of-twenty-characters';
const captions = await startCaptionServer();
const edits = await startEditServer({ key: 'another-key' });
const origin = await startFetchOrigin({ pictures: {} });
const collector = await startOtlpReceiver();
const stack = await startEmbeddedStack({
  env: {
    API_KEY: key,
    CAPTION_PROVIDER: 'openai-compatible',
    CAPTION_BASE_URL: captions.url,
    CAPTION_MODEL: 'a-model',
    EDIT_PROVIDER: 'openai',
    EDIT_BASE_URL: edits.url,
    EDIT_API_KEY: 'a-key',
    FETCH_ALLOW_HOSTS: origin.host,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  },
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([captions.stop(), edits.stop(), origin.stop()]);
  await collector.stop();
});
const client = createClient({ baseUrl: stack.baseUrl, env: { ...stack.env, API_KEY: key } });

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

const npmRunLogs = (...args: string[]): string =>
  execFileSync(process.execPath, ['infra/cli/logs.ts', ...args, '--settings', 'none'], {
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: stack.dataDir },
  });

describe('a trace', () => {
  it('that a client begins has every hop of its picture, to the caption provider', async () => {
    const { data } = await client.upload(
      [{ name: 'a.jpg', bytes: await drawnJpeg({ width: 900 }) }],
      {
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
    );
    const { image_id: imageId } = ImageRecord.parse(data);
    await client.ended(imageId);

    const spans = await eventually(() => {
      const all = collector.spans.filter((span) => span.traceId === traceId);
      expect(all.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['caption', 'caption by openai-compatible', 'exif']),
      );
      return all;
    });
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const findParent = (name: string) => {
      const span = spans.find((one) => one.name === name);
      return byId.get(span?.parentSpanId ?? '')?.name;
    };
    expect(collector.faults).toEqual([]);
    expect(findParent('register')).toBe('store');
    expect(findParent('thumbnails')).toBe('register');
    expect(findParent('exif')).toBe('register');
    expect(findParent('caption')).toBe('thumbnails');
    expect(findParent('caption by openai-compatible')).toBe('caption');
    expect(spans.filter(({ parentSpanId }) => !byId.has(parentSpanId ?? ''))).toMatchObject([
      { name: 'POST /api/images', parentSpanId: '00f067aa0ba902b7' },
    ]);

    const log = npmRunLogs('--image', imageId);
    const workers = log.split('\n').filter((line) => line.includes('message handled'));
    expect(workers).toHaveLength(4);
    for (const line of workers) expect(line).toContain(`trace_id=${traceId}`);
  });
});

describe('a picture that cannot be decoded', () => {
  it('has one story: in its record, its log, the errors, its metrics and the statistics', async () => {
    const whole = await drawnJpeg({ width: 900 });
    const { image_id: imageId } = await client.uploadOne({
      name: 'half.jpg',
      bytes: whole.subarray(0, whole.length / 2),
    });
    const { status, error } = await client.ended(imageId);
    expect(status).toBe('failed');

    const metrics = await eventually(() => {
      const [line] = npmRunLogs('--image', imageId, '--json')
        .split('\n')
        .filter((text) => text.includes('"_aws"'));
      return JSON.parse(line ?? '');
    });
    expect(metrics).toMatchObject({
      ...{ message: 'picture failed', Pictures: 1, status: 'failed', format: 'jpeg' },
      reason: error,
    });
    const warning = `WARN  make-thumbnails   message handled`;
    expect(npmRunLogs('--errors')).toContain(warning);
    const story = npmRunLogs('--image', imageId).split('\n');
    expect(story.join()).toContain('POST /api/images 202'); // answered before or after S3's event
    const steps = ['object created', 'register-image', warning, 'picture failed'];
    const places = steps.map((step) => story.findIndex((line) => line.includes(step)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(story[places[2] ?? 0]).toContain(`reason=${error}`);

    await eventually(async () => {
      const { data } = await client.json('/api/stats?detail=1');
      expect(data).toMatchObject({
        detail: {
          arrival_to_thumbnail: { by_format: { jpeg: { count: 1 } } },
          failed_by_reason: expect.any(Object),
        },
      });
      expect(Stats.parse(data)).toMatchObject({ done: 1, failed: 1 });
    });
    expect((await client.json('/api/stats')).data).not.toHaveProperty('detail');
  });
});

const Failed = z.looseObject({ error: z.string(), error_code: z.string() });
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  client.json(path, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
  });
const awaitFailure = (read: () => Promise<unknown>) =>
  eventually(async () => Failed.parse(await read()), { within: 30_000 });

/** Ways to fail: what `npm run logs` is asked for, and what the record says in the end. */
const failures = {
  'an upload that is no picture': async () => {
    const { data } = await client.upload([{ name: 'a.jpg', bytes: Buffer.from('text') }]);
    const { image_id, ...told } = Failed.parse(data);
    return { about: ['--image', String(image_id)], told };
  },
  'a URL without a picture': async () => {
    const { data } = await post('/api/images', { url: `${origin.url}/status/404` });
    const { image_id } = ImageRecord.parse(data);
    const told = await awaitFailure(() => client.image(image_id));
    return { about: ['--image', image_id], told };
  },
  'a caption whose provider does not take the key': async () => {
    captions.become({ is: 'failing', status: 401 });
    const bytes = await drawnJpeg({ width: 300, seed: 7 });
    const { image_id } = await client.uploadOne({ name: 'b.jpg', bytes });
    const told = await awaitFailure(async () => {
      const { reason, ...step } = (await client.image(image_id)).steps.caption;
      return { ...step, error: reason };
    });
    return { about: ['--image', image_id], told };
  },
  'an edit whose provider does not take the key': async () => {
    const bytes = await drawnJpeg({ width: 300, seed: 8 });
    const source = await client.uploadOne({ name: 'c.jpg', bytes });
    const { init_id } = z
      .looseObject({ init_id: z.string() })
      .parse((await client.json('/api/processes', { method: 'POST' })).data);
    const edit = { source_url: source.image_id, prompt: 'Make it blue.' };
    await post(`/api/processes/${init_id}/edits`, edit, { 'x-request-id': 'the-edit' });
    const told = await awaitFailure(async () => {
      const { data } = await client.json(`/api/processes/${init_id}`);
      return z.looseObject({ edits: z.tuple([z.unknown()]) }).parse(data).edits[0];
    });
    return { about: ['--request', 'the-edit'], told };
  },
  'a row of a batch whose URL has no picture': async () => {
    const form = new FormData();
    const csv = `S. No.,Product Name,Input Image Urls\n1,SKU,${origin.url}/status/404\n`;
    form.set('file', new Blob([csv]), 'products.csv');
    const { data } = await client.json('/api/batches', { method: 'POST', body: form });
    const { request_id } = z.looseObject({ request_id: z.string() }).parse(data);
    const told = await awaitFailure(async () => {
      const batch = (await client.json(`/api/batches/${request_id}`)).data;
      const image = z.tuple([z.unknown()]);
      const products = z.tuple([z.looseObject({ images: image })]);
      return z.looseObject({ products }).parse(batch).products[0].images[0];
    });
    return { about: ['--request', request_id], told };
  },
};

describe('record, log and errors say the same', () => {
  const parsed = (text: string) => text.split('\n').flatMap((line) => parseLogLine(line) ?? []);

  it.each(Object.entries(failures))('of %s', async (_, happens) => {
    const { about, told } = await happens();

    const { reason, error_code } = { reason: told.error, error_code: told.error_code };
    const line = await eventually(() => {
      const lines = parsed(npmRunLogs(...about, '--json')).filter(isWarning);
      expect(lines).toContainEqual(expect.objectContaining({ reason, error_code }));
      return lines.find((one) => one['reason'] === reason);
    });
    expect(parsed(npmRunLogs('--errors', '--json'))).toContainEqual(line);
  });
});
