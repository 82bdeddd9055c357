import { describe, expect, test } from 'vitest';
import { ResponseLostError } from '#lib/edits/edit-picture.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { editTools, failure, formats, settle } from '#test/support/edit-tools.ts';
import { eventually } from '#test/support/eventually.ts';

const { key, source, start, editAt, expectNoSecrets } = editTools();

describe('an edit that was certainly not made and may be retried', () => {
  test.each([429, 500, 502, 503, 504, 529, 408, 409])(
    'throws RetryLaterError after HTTP %d',
    async (status) => {
      const server = await start();
      server.become({ is: 'failing', status });

      for (const [, settings] of formats) {
        const outcome = await settle(editAt(server, settings));

        expect(outcome).toBeInstanceOf(RetryLaterError);
        expect(outcome).toMatchObject({
          message: expect.stringContaining(`is busy or down (HTTP ${status}).`),
          retryAfterSeconds: undefined,
        });
        expectNoSecrets(outcome);
      }
      expect(server.calls).toHaveLength(formats.length); // one request each: the client's retries are not used
    },
  );

  test.each(formats)(
    'throws with the wait that the provider requests, and succeeds after it, in the format %s',
    async (_, settings) => {
      const server = await start();
      server.next({ is: 'failing', status: 429, headers: { 'retry-after': '7' } });

      expect(await settle(editAt(server, settings))).toMatchObject({ retryAfterSeconds: 7 });
      expect(await editAt(server, settings)).toHaveProperty('image');
      expect(server.paidFor('edit-1')).toBe(1);
    },
  );

  test('throws with the wait until a date', async () => {
    const server = await start();
    const headers = { 'retry-after': 'Sat, 21 Nov 2026 10:00:42 GMT' };
    server.become({ is: 'failing', status: 503, headers });
    const now = () => new Date('2026-11-21T10:00:00Z');

    expect(await settle(editAt(server, {}, {}, { now }))).toMatchObject({ retryAfterSeconds: 42 });
  });

  test.each([
    { code: 'rate_limit_exceeded' },
    { type: 'server_error', code: null },
    { code: 503, message: 'no workers' },
  ])('throws after a temporary error with status 200: %j', async (error) => {
    const server = await start();
    server.become({ is: 'error-as-answer', error });

    for (const [, settings] of formats)
      expect(await settle(editAt(server, settings))).toBeInstanceOf(RetryLaterError);
  });

  test('throws when the server is not there', async () => {
    const server = await startEditServer();
    await server.stop();

    for (const [, settings] of formats) {
      const outcome = await settle(editAt(server, settings));

      expect(outcome).toBeInstanceOf(RetryLaterError);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(
          /^The connection to .* failed \(ECONNREFUSED\)\. If it goes on, check EDIT_BASE_URL\.$/,
        ),
      });
      expectNoSecrets(outcome);
    }
  });

  test('throws when the look-up of a model times out, before the edit is requested', async () => {
    const server = await start();
    const settings = { provider: 'huggingface', model: 'asleep/editor:fal-ai' } as const;

    const outcome = await settle(editAt(server, { ...settings, timeoutMs: 150 }));

    expect(outcome).toBeInstanceOf(RetryLaterError);
    expect(outcome).toMatchObject({ message: 'Hugging Face did not answer within 0.15 s.' });
    expect(server.calls).toHaveLength(0);
  });

  test('throws without the key and the picture that a provider’s error quotes', async () => {
    const server = await start();
    const echo = `${key} ${Buffer.from(source().bytes).toString('base64')} Make it blue.`;
    server.become({ is: 'failing', status: 500, body: { error: echo } });

    for (const [, settings] of formats) expectNoSecrets(await settle(editAt(server, settings)));
  });
});

describe('an edit whose response was lost', () => {
  const again =
    'It may have been paid for all the same, so it is not retried automatically; start a new edit to try again.';

  test.each(['silent', 'dripping'] as const)(
    'throws ResponseLostError when the server is %s',
    async (is) => {
      const server = await start();
      server.become({ is });

      // Long enough for the look-up of a model, which some formats begin with.
      const timeoutMs = 2000;
      const outcomes = await Promise.all(
        formats.map(([, settings]) => settle(editAt(server, { ...settings, timeoutMs }))),
      );

      for (const outcome of outcomes) {
        expect(outcome).toBeInstanceOf(ResponseLostError);
        expect(outcome).toMatchObject({
          message: expect.stringMatching(/^.* did not answer within 2 s\. /),
        });
        expect(outcome).toMatchObject({ message: expect.stringContaining(again) });
        expectNoSecrets(outcome);
      }
      // The server records a request when it has decoded its picture.
      await eventually(() => expect(server.calls).toHaveLength(formats.length));
    },
  );

  test.each(['resetting', 'breaking-off'] as const)(
    'throws ResponseLostError when the connection ends by %s',
    async (is) => {
      const server = await start();
      server.become({ is });

      for (const [, settings] of formats) {
        const outcome = await settle(editAt(server, settings));

        expect(outcome).toBeInstanceOf(ResponseLostError);
        expect(outcome).toMatchObject({
          message: expect.stringMatching(/^The connection to .* broke before its answer was whole/),
        });
        expectNoSecrets(outcome);
      }
      expect(server.calls).toHaveLength(formats.length);
    },
  );

  test('throws ResponseLostError only after the timeout', async () => {
    const server = await start({ behaviour: { is: 'editing', afterMs: 1500 } });

    expect(await settle(editAt(server, { timeoutMs: 500 }))).toBeInstanceOf(ResponseLostError);
    expect(await editAt(server, { timeoutMs: 10_000 })).toHaveProperty('image');
  });
});

describe('an edit in fal’s queue', () => {
  const fal = { provider: 'huggingface', model: 'test/editor:fal-ai' } as const;

  test('is polled again when a poll fails, and billed once', async () => {
    const server = await start();
    server.failNextPolls(2);

    expect(await editAt(server, fal)).toHaveProperty('image');
    expect(server.paidFor('edit-1')).toBe(1);
  });

  test('that never completes throws ResponseLostError within the timeout of the whole edit', async () => {
    const server = await start();
    server.failNextPolls(Number.POSITIVE_INFINITY);

    const outcome = await settle(editAt(server, { ...fal, timeoutMs: 2500 }));

    expect(outcome).toBeInstanceOf(ResponseLostError);
    expect(outcome).toMatchObject({
      message: expect.stringMatching(/ did not answer within 2\.5 s\. /),
    });
    expect(server.calls).toHaveLength(1);
  });

  test('is polled only at the host that may receive the key', async () => {
    const server = await start();
    const body = { request_id: 'x', response_url: 'https://evil.example/fal-ai/m/requests/x' };
    server.become({ is: 'raw', body: JSON.stringify(body) });

    const outcome = await settle(editAt(server, fal));

    // From the router, which does not know that request.
    expect(outcome).toEqual(failure(expect.stringContaining('HTTP 404')));
  });

  test('that failed is a failure with a reason', async () => {
    const server = await start();
    server.next({ is: 'editing' });
    server.answerNextPoll({ status: 'COMPLETED', error: { type: 'content_policy_violation' } });

    expect(await settle(editAt(server, fal))).toEqual(
      failure(
        'Hugging Face declined this edit by its content rules. Change the prompt or the picture.',
      ),
    );
  });
});
