import { describe, expect, test } from 'vitest';
import { describePicture } from '#lib/ai/describe-picture.ts';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { startCaptionServer, usualCaption } from '#test/support/caption-server.ts';
import { captionTools, settle } from '#test/support/caption-tools.ts';

const { key, jpeg, start, describeAt, expectNoSecrets } = captionTools();

describe('a caption that may be retried', () => {
  test.each([429, 500, 502, 503, 504, 529, 408])(
    'throws RetryLaterError after HTTP %d',
    async (status) => {
      const server = await start({ key, behaviour: { is: 'failing', status } });

      for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
        const outcome = await settle(describeAt(server, { provider }));

        expect(outcome).toBeInstanceOf(RetryLaterError);
        expect(outcome).toMatchObject({
          message: expect.stringContaining(`is busy or down (HTTP ${status}).`),
          retryAfterSeconds: undefined,
        });
        expectNoSecrets(outcome);
      }
      expect(server.calls).toHaveLength(2); // one request each: the client's retries are not used
    },
  );

  test('throws with the wait that the provider requests, and succeeds after it', async () => {
    const headers = { 'retry-after': '7' };
    const server = await start({
      key,
      behaviour: { is: 'failing', status: 429, times: 1, headers },
    });

    expect(await settle(describeAt(server))).toMatchObject({ retryAfterSeconds: 7 });
    expect(await describeAt(server)).toMatchObject({ caption: { text: usualCaption } });
  });

  test('throws with the wait until a date', async () => {
    const headers = { 'retry-after': 'Sat, 21 Nov 2026 10:00:42 GMT' };
    const server = await start({ key, behaviour: { is: 'failing', status: 503, headers } });
    const provider = resolveCaptionProvider({ baseUrl: server.url, model: 'm', apiKey: key });
    const now = () => new Date('2026-11-21T10:00:00Z');

    expect(await settle(describePicture(provider, { now })(jpeg()))).toMatchObject({
      retryAfterSeconds: 42,
    });
  });

  test('throws with the time that a Hugging Face model needs for loading', async () => {
    const body = { error: 'loading', estimated_time: 20.5 };
    const server = await start({ key, behaviour: { is: 'failing', status: 503, body } });

    expect(await settle(describeAt(server, { provider: 'hf-endpoint' }))).toMatchObject({
      retryAfterSeconds: 21,
    });
  });

  test('throws without the key and the picture that a provider’s error quotes', async () => {
    const echo = { error: `${key} data:image/jpeg;base64,${jpeg().toString('base64')}` };
    const server = await start({ key, behaviour: { is: 'failing', status: 500, body: echo } });

    const outcome = await settle(describeAt(server));

    expect(outcome).toBeInstanceOf(RetryLaterError);
    expectNoSecrets(outcome);
  });

  test.each(['silent', 'dripping'] as const)('throws when the server is %s', async (is) => {
    const server = await start({ key, behaviour: { is } });

    for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
      const outcome = await settle(describeAt(server, { provider, timeoutMs: 500 }));

      expect(outcome).toBeInstanceOf(RetryLaterError);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(/ did not answer within 0\.5 s\.$/),
      });
      expectNoSecrets(outcome);
    }
  });

  test.each(['resetting', 'breaking-off'] as const)(
    'throws when the connection ends by %s',
    async (is) => {
      const server = await start({ key, behaviour: { is } });

      for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
        const outcome = await settle(describeAt(server, { provider }));

        expect(outcome).toBeInstanceOf(RetryLaterError);
        expect(outcome).toMatchObject({
          message: expect.stringMatching(/^The connection to .* failed/),
        });
        expectNoSecrets(outcome);
      }
    },
  );

  test('throws when the server is not there', async () => {
    const server = await startCaptionServer();
    await server.stop();

    const outcome = await settle(describeAt(server));

    expect(outcome).toBeInstanceOf(RetryLaterError);
    expect(outcome).toMatchObject({
      message:
        'The connection to The caption server failed (ECONNREFUSED). If it goes on, check CAPTION_BASE_URL.',
    });
    expectNoSecrets(outcome);
  });
});

describe('the caption server of these tests', () => {
  test('rejects a truncated picture', async () => {
    const server = await start();

    for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
      const settings = { provider, baseUrl: server.url, model: 'm', apiKey: key };
      await describePicture(resolveCaptionProvider(settings))(jpeg().subarray(0, 500));
    }

    expect(server.calls.map(({ fault }) => fault)).toEqual([
      'the picture is no whole JPEG',
      'the picture is no whole JPEG',
    ]);
  });

  test('changes its behaviour and stops while requests are open', async () => {
    const server = await start();
    server.become({ is: 'silent' });
    const waiting = settle(describeAt(server));
    await expect.poll(() => server.calls.length).toBe(1);

    await server.stop();

    expect(await waiting).toBeInstanceOf(RetryLaterError);
  });
});
