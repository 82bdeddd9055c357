import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import {
  type CaptionServer,
  startCaptionServer,
  usualCaption,
} from '#test/support/caption-server.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { noFaultsYet } from '#test/support/faults-config.ts';
import { clientOf } from './client.ts';

const mine = inject('isEmbedded');
const key = 'a-key-that-no-log-may-show';
const timeScale = 100; // giving up takes three minutes otherwise

const withProvider = async (settings: (url: string) => Record<string, string>) => {
  const server = await startCaptionServer({ key });
  const { faultControl, env } = await noFaultsYet();
  const stack = await startEmbeddedStack({
    faultInjection: true,
    // As short as may be for the one that is silent, and longer than a busy machine stands still:
    // an answer that is late is asked for again, and calls are counted here.
    env: { ...env, CAPTION_API_KEY: key, CAPTION_TIMEOUT_SECONDS: '3', ...settings(server.url) },
  });
  afterAll(async () => {
    await stack.stop();
    await server.stop();
  });
  return { server, stack, faultControl, darkroom: clientOf(stack) };
};

let seed = 7000;
const aPicture = async () => ({
  name: `caption-${seed}.jpg`,
  bytes: await drawnJpeg({ width: 400, height: 300, seed: seed++ }),
});

const logOf = (dataDir: string): string => {
  const folder = join(dataDir, 'logs');
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('\n');
};

describe.runIf(mine)('captions in the wire format of', () => {
  it.each([
    ['OpenAI', (url: string) => ({ CAPTION_PROVIDER: 'openai', CAPTION_BASE_URL: url })],
    [
      'the Hugging Face router',
      (url: string) => ({ CAPTION_PROVIDER: 'huggingface', CAPTION_BASE_URL: `${url}/v1` }),
    ],
    [
      'Gemini',
      (url: string) => ({ CAPTION_PROVIDER: 'gemini', CAPTION_BASE_URL: `${url}/v1beta/openai` }),
    ],
    [
      'a BLIP endpoint',
      (url: string) => ({ CAPTION_PROVIDER: 'hf-endpoint', CAPTION_BASE_URL: url }),
    ],
  ])('%s are written from a rendition, once for the same bytes', async (_, settings) => {
    const { server, stack, darkroom } = await withProvider(settings);
    const picture = await aPicture();

    const { image_id } = await darkroom.uploadOne(picture);
    const record = await darkroom.ended(image_id);

    expect(record).toMatchObject({
      status: 'done',
      caption: usualCaption,
      steps: {
        caption: {
          state: 'done',
          provider: expect.any(String),
          model: expect.any(String),
          duration_ms: expect.any(Number),
        },
      },
    });
    expect(server.calls.map(({ fault }) => fault)).toEqual([undefined]);
    expect(server.calls[0]?.picture.equals(picture.bytes)).toBe(false);

    const again = await darkroom.uploadOne(picture);
    expect((await darkroom.ended(again.image_id)).caption).toBe(usualCaption);
    expect(server.calls).toHaveLength(1);
    await stack.stop();
  });
});

describe.runIf(mine)('a caption provider that misbehaves', async () => {
  const { server, stack, faultControl, darkroom } = mine
    ? await withProvider((url) => ({
        CAPTION_PROVIDER: 'openai-compatible',
        CAPTION_BASE_URL: url,
        CAPTION_MODEL: 'a-model',
      }))
    : {
        server: {} as CaptionServer,
        stack: undefined,
        faultControl: undefined,
        darkroom: clientOf({ baseUrl: '', env: {} }),
      };

  const captioned = async (behaviour: Parameters<CaptionServer['become']>[0]) => {
    server.become(behaviour);
    const { image_id } = await darkroom.uploadOne(await aPicture());
    return image_id;
  };

  it.each<[string, Parameters<CaptionServer['become']>[0]]>([
    ['garbage', { is: 'garbage' }],
    ['a web page', { is: 'html' }],
    ['nothing', { is: 'empty' }],
    ['a refusal', { is: 'refusing' }],
    ['an error as answer', { is: 'error-as-answer' }],
    ['our own key', { is: 'echoing-key' }],
    ['our own picture', { is: 'echoing-picture' }],
  ])('by answering %s leaves a reason, and the image done', async (_, behaviour) => {
    const record = await darkroom.ended(await captioned(behaviour));
    expect(record).toMatchObject({ status: 'done', caption: null, error: null });
    expect(record.steps.caption).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/\w+ \w+/),
    });
    expect(record.steps.caption.reason).not.toContain(key);
  });

  it('by 429 with Retry-After is asked again when it said, not before', async () => {
    const before = server.calls.length;
    const id = await captioned({
      is: 'failing',
      status: 429,
      times: 1,
      headers: { 'retry-after': '3' },
    });
    const record = await darkroom.ended(id);
    expect(record).toMatchObject({ status: 'done', caption: usualCaption });
    expect(record.steps.caption).toMatchObject({ attempts: 2 });
    const [first, second, ...others] = server.calls.slice(before).map(({ at }) => at);
    expect(others).toEqual([]);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(2900);
  });

  it('by silence is asked again', async () => {
    const before = server.calls.length;
    const id = await captioned({ is: 'silent' });
    await eventually(async () => expect(server.calls.length).toBeGreaterThan(before));
    server.become({ is: 'answering' });
    expect(await darkroom.ended(id)).toMatchObject({ status: 'done', caption: usualCaption });
  });

  it('by 503 for ever is given up, the message is kept, and a retry writes the caption', async () => {
    await faultControl?.change({ timeScale });
    const id = await captioned({ is: 'failing', status: 503 });
    const record = await darkroom.ended(id, 60_000);
    expect(record).toMatchObject({ status: 'done', caption: null });
    expect(record.steps.caption).toMatchObject({ state: 'failed', gave_up: true, attempts: 8 });
    await eventually(async () => {
      const { data } = await darkroom.json('/api/health');
      expect(data).toMatchObject({ dead_letters: { 'write-caption': 1 } });
    });

    server.become({ is: 'answering', text: 'A second try shows a meadow.' });
    expect((await darkroom.json(`/api/images/${id}/retry`, { method: 'POST' })).status).toBe(202);
    const retried = await eventually(async () => {
      const now = await darkroom.image(id);
      expect(now.caption).toBe('A second try shows a meadow.');
      return now;
    });
    expect(retried.status).toBe('done');
  });

  it('and is well again finishes what npm run redrive sends back', async () => {
    const id = await captioned({ is: 'failing', status: 503, headers: { 'retry-after': '0' } });
    expect((await darkroom.ended(id, 60_000)).steps.caption).toMatchObject({ gave_up: true });
    await eventually(async () => {
      const { data } = await darkroom.json('/api/health');
      expect(data).toMatchObject({ dead_letters: { 'write-caption': 2 } });
    });
    server.become({ is: 'answering', text: 'A redriven meadow.' });

    const command = ['infra/cli/redrive.ts', 'write-caption', '--settings', 'none'];
    const redrive = spawn(process.execPath, command, { env: { ...process.env, ...stack?.env } });
    const [code] = await once(redrive, 'exit');

    expect(code).toBe(0);
    await eventually(async () => {
      expect((await darkroom.image(id)).caption).toBe('A redriven meadow.');
      const { data } = await darkroom.json('/api/health');
      expect(data).toMatchObject({ dead_letters: { 'write-caption': 0 } });
    });
  });

  it('leaves neither key nor picture in the logs', () => {
    const log = logOf(stack?.dataDir ?? '');
    expect(log).toContain('message handled');
    expect(log).not.toContain(key);
    expect(log).not.toMatch(/[A-Za-z0-9+/]{400}/);
  });
});
