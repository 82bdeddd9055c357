import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type CaptionServer, usualCaption } from '#test/support/caption-server.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { captionServer as server } from './caption-server.ts';
import { theClient } from './client.ts';
import { captionKey, editKey, webhookSecret } from './settings.ts';
import { withShortWaits } from './short-waits.ts';

const darkroom = theClient();
const embedded = inject('embedded');

/** Calls are counted here: none may be left of the files before. */
beforeAll(() =>
  eventually(
    async () => expect(await darkroom.stats()).toMatchObject({ queued: 0, processing: 0 }),
    { within: darkroom.scaleTimeout(30_000), every: 200 },
  ),
);

let seed = 7000;
const aPicture = async () => ({
  name: `caption-${seed}.jpg`,
  bytes: await drawnJpeg({ width: 400, height: 300, seed: seed++ }),
});

const deadLetters = async (): Promise<number> => {
  const { data } = await darkroom.json('/api/health');
  return Object(data).dead_letters['write-caption'];
};

const logsIn = (dataDir: string): string => {
  const folder = join(dataDir, 'logs');
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('\n');
};

describe('a caption', () => {
  it('is written from a rendition, once for the same bytes', async () => {
    const picture = await aPicture();
    const before = server.calls.length;

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
    const calls = server.calls.slice(before);
    expect(calls.map(({ fault }) => fault)).toEqual([undefined]);
    expect(calls[0]?.picture.equals(picture.bytes)).toBe(false);

    const again = await darkroom.uploadOne(picture);
    expect((await darkroom.ended(again.image_id)).caption).toBe(usualCaption);
    expect(server.calls).toHaveLength(before + 1);
  });
});

describe('a caption provider that misbehaves', () => {
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
    expect(record.steps.caption.reason).not.toContain(captionKey);
  });

  it('by answering 429 with Retry-After is called again after that time, not before', async () => {
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

  it('by not answering is called again', async () => {
    const before = server.calls.length;
    const id = await captioned({ is: 'silent' });
    await eventually(async () => expect(server.calls.length).toBeGreaterThan(before));
    server.become({ is: 'answering' });
    expect(await darkroom.ended(id)).toMatchObject({ status: 'done', caption: usualCaption });
  });

  it('by always answering 503 sends the message to the DLQ, and a retry writes the caption', () =>
    withShortWaits(async () => {
      const before = await deadLetters();
      const id = await captioned({ is: 'failing', status: 503 });
      const record = await darkroom.ended(id, 60_000);
      expect(record).toMatchObject({ status: 'done', caption: null });
      expect(record.steps.caption).toMatchObject({ state: 'failed', gave_up: true, attempts: 8 });
      await eventually(async () => expect(await deadLetters()).toBe(before + 1));

      server.become({ is: 'answering', text: 'A second try shows a meadow.' });
      expect((await darkroom.json(`/api/images/${id}/retry`, { method: 'POST' })).status).toBe(202);
      await eventually(async () =>
        expect(await darkroom.image(id)).toMatchObject({
          status: 'done',
          caption: 'A second try shows a meadow.',
        }),
      );
    }));

  it('and recovers writes the captions that npm run redrive retries', () =>
    withShortWaits(async () => {
      const before = await deadLetters();
      const id = await captioned({ is: 'failing', status: 503, headers: { 'retry-after': '0' } });
      expect((await darkroom.ended(id, 60_000)).steps.caption).toMatchObject({ gave_up: true });
      await eventually(async () => expect(await deadLetters()).toBe(before + 1));
      server.become({ is: 'answering', text: 'A redriven meadow.' });

      const command = ['infra/cli/redrive.ts', 'write-caption', '--settings', 'none'];
      const env = { ...process.env, ...inject('target').env };
      const redrive = spawn(process.execPath, command, { env });
      const [code] = await once(redrive, 'exit');

      expect(code).toBe(0);
      await eventually(async () => {
        expect((await darkroom.image(id)).caption).toBe('A redriven meadow.');
        expect(await deadLetters()).toBe(0);
      });
    }));
});

// Left out elsewhere: only the embedded stack's logs are files that a test can read.
describe.runIf(embedded)('the logs of the embedded stack', () => {
  it('contain no key and no picture', () => {
    const log = logsIn(embedded?.dataDir ?? '');
    expect(log).toContain('message handled');
    for (const secret of [captionKey, editKey, webhookSecret]) expect(log).not.toContain(secret);
    expect(log).not.toMatch(/[A-Za-z0-9+/]{400}/);
  });
});
