import { describe, expect, test } from 'vitest';
import { captioningOf } from '#lib/ai/caption-settings.ts';
import { describePicture } from '#lib/ai/describe-picture.ts';
import { ProviderBusy } from '#lib/images/caption.ts';
import { startCaptionServer, usualCaption } from '#test/support/caption-server.ts';
import { captionTools, endOf } from '#test/support/caption-tools.ts';

const { key, jpeg, start, describeAt, expectNoSecrets } = captionTools();

describe('what might pass is thrown, for the queue to bring back', () => {
  test.each([429, 500, 502, 503, 504, 529, 408])('HTTP %d', async (status) => {
    const server = await start({ key, behaviour: { is: 'failing', status } });

    for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
      const outcome = await endOf(describeAt(server, { provider }));

      expect(outcome).toBeInstanceOf(ProviderBusy);
      expect(outcome).toMatchObject({
        message: expect.stringContaining(`is busy or down (HTTP ${status}).`),
        retryAfterSeconds: undefined,
      });
      expectNoSecrets(outcome);
    }
    expect(server.calls).toHaveLength(2); // asked once each: the client's own retries are off
  });

  test('with the wait that the provider asks for, and a caption after it', async () => {
    const headers = { 'retry-after': '7' };
    const server = await start({
      key,
      behaviour: { is: 'failing', status: 429, times: 1, headers },
    });

    expect(await endOf(describeAt(server))).toMatchObject({ retryAfterSeconds: 7 });
    expect(await describeAt(server)).toMatchObject({ caption: { text: usualCaption } });
  });

  test('with the wait until a date', async () => {
    const headers = { 'retry-after': 'Sat, 21 Nov 2026 10:00:42 GMT' };
    const server = await start({ key, behaviour: { is: 'failing', status: 503, headers } });
    const provider = captioningOf({ baseUrl: server.url, model: 'm', apiKey: key });
    const now = () => new Date('2026-11-21T10:00:00Z');

    expect(await endOf(describePicture(provider, { now })(jpeg()))).toMatchObject({
      retryAfterSeconds: 42,
    });
  });

  test('with the time that a model of Hugging Face needs for loading', async () => {
    const body = { error: 'loading', estimated_time: 20.5 };
    const server = await start({ key, behaviour: { is: 'failing', status: 503, body } });

    expect(await endOf(describeAt(server, { provider: 'hf-endpoint' }))).toMatchObject({
      retryAfterSeconds: 21,
    });
  });

  test('an error that quotes the key and the picture, without them', async () => {
    const echo = { error: `${key} data:image/jpeg;base64,${jpeg().toString('base64')}` };
    const server = await start({ key, behaviour: { is: 'failing', status: 500, body: echo } });

    const outcome = await endOf(describeAt(server));

    expect(outcome).toBeInstanceOf(ProviderBusy);
    expectNoSecrets(outcome);
  });

  test.each(['silent', 'dripping'] as const)('a server that is %s', async (is) => {
    const server = await start({ key, behaviour: { is } });

    for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
      const outcome = await endOf(describeAt(server, { provider, timeoutMs: 500 }));

      expect(outcome).toBeInstanceOf(ProviderBusy);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(/ did not answer within 0\.5 s\.$/),
      });
      expectNoSecrets(outcome);
    }
  });

  test.each(['resetting', 'breaking-off'] as const)('a connection that ends by %s', async (is) => {
    const server = await start({ key, behaviour: { is } });

    for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
      const outcome = await endOf(describeAt(server, { provider }));

      expect(outcome).toBeInstanceOf(ProviderBusy);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(/^The connection to .* failed/),
      });
      expectNoSecrets(outcome);
    }
  });

  test('a server that is not there', async () => {
    const server = await startCaptionServer();
    await server.stop();

    const outcome = await endOf(describeAt(server));

    expect(outcome).toBeInstanceOf(ProviderBusy);
    expect(outcome).toMatchObject({
      message:
        'The connection to The caption server failed (ECONNREFUSED). If it goes on, check CAPTION_BASE_URL.',
    });
    expectNoSecrets(outcome);
  });
});

describe('the caption server itself', () => {
  test('finds fault with a picture that is cut short', async () => {
    const server = await start();

    for (const provider of ['openai-compatible', 'hf-endpoint'] as const) {
      const settings = { provider, baseUrl: server.url, model: 'm', apiKey: key };
      await describePicture(captioningOf(settings))(jpeg().subarray(0, 500));
    }

    expect(server.calls.map(({ fault }) => fault)).toEqual([
      'the picture is no whole JPEG',
      'the picture is no whole JPEG',
    ]);
  });

  test('changes its behaviour, and ends with requests that still wait', async () => {
    const server = await start();
    server.become({ is: 'silent' });
    const waiting = endOf(describeAt(server));
    await expect.poll(() => server.calls.length).toBe(1);

    await server.stop();

    expect(await waiting).toBeInstanceOf(ProviderBusy);
  });
});
