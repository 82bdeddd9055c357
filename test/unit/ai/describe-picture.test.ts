import { describe, expect, test } from 'vitest';
import { describePicture, describeWithSettings } from '#lib/ai/describe-picture.ts';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { usualCaption } from '#test/support/caption-server.ts';
import { captionTools } from '#test/support/caption-tools.ts';

const { key, jpeg, start, describeAt } = captionTools();

describe('a caption', () => {
  test.each([
    ['openai', '/v1/chat/completions'],
    ['huggingface', '/v1/chat/completions'],
    ['gemini', '/v1beta/openai/chat/completions'],
    ['ollama', '/v1/chat/completions'],
    ['openai-compatible', '/v1/chat/completions'],
    ['hf-endpoint', '/'],
  ] as const)(
    'comes from %s, which receives the whole picture and the key',
    async (provider, path) => {
      const server = await start();

      const outcome = await describeAt(server, { provider });

      expect(outcome).toEqual({
        ok: true,
        caption: {
          text: usualCaption,
          provider,
          model: 'test-model',
          durationMs: expect.any(Number),
        },
      });
      expect(server.calls).toHaveLength(1);
      expect(server.calls[0]).toMatchObject({ path, fault: undefined });
      expect(server.calls[0]?.picture.equals(jpeg())).toBe(true);
      expect(server.calls[0]?.headers.authorization).toBe(`Bearer ${key}`);
    },
  );

  test('is requested as one sentence from the configured model with a token limit', async () => {
    const server = await start();

    await describeAt(server, { model: 'my/model:fast' });
    await describeAt(server, { provider: 'openai' });

    expect(server.calls[0]?.model).toBe('my/model:fast');
    expect(server.calls[0]?.prompt).toMatch(/one plain sentence/);
    expect(server.calls[0]?.body).toMatchObject({ max_tokens: 2000 });
    expect(server.calls[1]?.body).toMatchObject({ max_completion_tokens: 2000 });
    expect(server.calls[1]?.body).not.toHaveProperty('max_tokens');
  });

  test('is requested at the given URL with its query', async () => {
    const server = await start();

    await describeAt({ url: `${server.url}/chat/completions?api-version=7` });

    expect(server.calls[0]?.path).toBe('/chat/completions');
  });

  test('is requested without a key where there is none', async () => {
    const server = await start({});

    const outcome = await describeAt(server, { apiKey: undefined });

    expect(outcome).toHaveProperty('caption');
    expect(server.calls[0]?.headers).not.toHaveProperty('authorization');
  });

  test('sends an HF token to no other host', async () => {
    const server = await start({});

    await describeAt(server, { apiKey: undefined, hfToken: 'hf_secret', provider: 'huggingface' });

    expect(server.calls).toHaveLength(1);
    expect(JSON.stringify(server.calls[0]?.headers)).not.toContain('hf_secret');
  });

  test.each(['openai', 'hf-endpoint'] as const)(
    'from %s is reduced to one plain sentence',
    async (provider) => {
      const server = await start({
        key,
        behaviour: {
          is: 'answering',
          text: '<think>hm</think>Here is a caption:\n"**A cat** sleeps. It dreams."',
        },
      });

      const outcome = await describeAt(server, { provider });

      expect(outcome).toMatchObject({ caption: { text: 'A cat sleeps.' } });
    },
  );

  test('is read from a BLIP endpoint that answers with an object', async () => {
    const server = await start({
      key,
      behaviour: { is: 'raw', body: '{"generated_text":"a dog on a sofa"}' },
    });

    const outcome = await describeAt(server, { provider: 'hf-endpoint' });

    expect(outcome).toMatchObject({ caption: { text: 'A dog on a sofa' } });
  });

  test('is read from parts of content and with any content type', async () => {
    const content = [
      { type: 'text', text: 'A dog ' },
      { type: 'text', text: 'sleeps.' },
    ];
    const body = JSON.stringify({ choices: [{ message: { content } }] });
    const server = await start({ key, behaviour: { is: 'raw', body, contentType: 'text/plain' } });

    expect(await describeAt(server)).toMatchObject({ caption: { text: 'A dog sleeps.' } });
  });

  test('says in milliseconds how long it took', async () => {
    const server = await start();
    const times = [1000, 1420];
    const now = () => new Date(times.shift() ?? 0);
    const provider = resolveCaptionProvider({ baseUrl: server.url, model: 'm', apiKey: key });

    expect(await describePicture(provider, { now })(jpeg())).toMatchObject({
      caption: { durationMs: 420 },
    });
  });

  test('is requested with the key that is set at that moment', async () => {
    const server = await start();
    const keys = ['outdated', key];
    const describeNow = describeWithSettings(async () => ({
      baseUrl: server.url,
      model: 'm',
      apiKey: keys.shift(),
    }));

    expect(await describeNow(jpeg())).toMatchObject({ ok: false, kind: 'wrong_key' });
    expect(await describeNow(jpeg())).toHaveProperty('caption');
  });

  test('is a failure with a reason where captions are switched off', async () => {
    const captioning = resolveCaptionProvider({ provider: 'none' });

    expect(await describePicture(captioning)(jpeg())).toEqual({
      ok: false,
      kind: 'captions_disabled',
      reason: 'Captions are switched off (CAPTION_PROVIDER=none).',
    });
  });
});
