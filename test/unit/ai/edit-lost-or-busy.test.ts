import { describe, expect, test } from 'vitest';
import { ResponseLostError } from '#lib/edits/edit-picture.ts';
import { ProviderBusy } from '#lib/images/caption.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { editTools, endOf, ways } from '#test/support/edit-tools.ts';
import { eventually } from '#test/support/eventually.ts';

const { key, source, start, editAt, expectNoSecrets } = editTools();

describe('what surely was not done and may pass is thrown as busy', () => {
  test.each([429, 500, 502, 503, 504, 529, 408, 409])('HTTP %d', async (status) => {
    const server = await start();
    server.become({ is: 'failing', status });

    for (const [, settings] of ways) {
      const outcome = await endOf(editAt(server, settings));

      expect(outcome).toBeInstanceOf(ProviderBusy);
      expect(outcome).toMatchObject({
        message: expect.stringContaining(`is busy or down (HTTP ${status}).`),
        retryAfterSeconds: undefined,
      });
      expectNoSecrets(outcome);
    }
    expect(server.calls).toHaveLength(ways.length); // asked once each: the client's retries are off
  });

  test.each(ways)(
    'with the wait that is asked for, and a picture after it, by way of %s',
    async (_, settings) => {
      const server = await start();
      server.next({ is: 'failing', status: 429, headers: { 'retry-after': '7' } });

      expect(await endOf(editAt(server, settings))).toMatchObject({ retryAfterSeconds: 7 });
      expect(await editAt(server, settings)).toHaveProperty('image');
      expect(server.paidFor('edit-1')).toBe(1);
    },
  );

  test('with the wait until a date', async () => {
    const server = await start();
    const headers = { 'retry-after': 'Sat, 21 Nov 2026 10:00:42 GMT' };
    server.become({ is: 'failing', status: 503, headers });
    const now = () => new Date('2026-11-21T10:00:00Z');

    expect(await endOf(editAt(server, {}, {}, { now }))).toMatchObject({ retryAfterSeconds: 42 });
  });

  test.each([
    { code: 'rate_limit_exceeded' },
    { type: 'server_error', code: null },
    { code: 503, message: 'no workers' },
  ])('an error with status 200 that passes: %j', async (error) => {
    const server = await start();
    server.become({ is: 'error-as-answer', error });

    for (const [, settings] of ways)
      expect(await endOf(editAt(server, settings))).toBeInstanceOf(ProviderBusy);
  });

  test('a server that is not there', async () => {
    const server = await startEditServer();
    await server.stop();

    for (const [, settings] of ways) {
      const outcome = await endOf(editAt(server, settings));

      expect(outcome).toBeInstanceOf(ProviderBusy);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(
          /^The connection to .* failed \(ECONNREFUSED\)\. If it goes on, check EDIT_BASE_URL\.$/,
        ),
      });
      expectNoSecrets(outcome);
    }
  });

  test('a look-up of a model that is never answered, before anything is asked for', async () => {
    const server = await start();
    const settings = { provider: 'huggingface', model: 'asleep/editor:fal-ai' } as const;

    const outcome = await endOf(editAt(server, { ...settings, timeoutMs: 150 }));

    expect(outcome).toBeInstanceOf(ProviderBusy);
    expect(outcome).toMatchObject({ message: 'Hugging Face did not answer within 0.15 s.' });
    expect(server.calls).toHaveLength(0);
  });

  test('an error that quotes the key and the picture, without them', async () => {
    const server = await start();
    const echo = `${key} ${Buffer.from(source().bytes).toString('base64')} Make it blue.`;
    server.become({ is: 'failing', status: 500, body: { error: echo } });

    for (const [, settings] of ways) expectNoSecrets(await endOf(editAt(server, settings)));
  });
});

describe('an answer that got lost', () => {
  const again =
    'It may have been paid for all the same, so it is not asked for again by itself; start a new edit to try once more.';

  test.each(['silent', 'dripping'] as const)('with a server that is %s', async (is) => {
    const server = await start();
    server.become({ is });

    // Long enough for the looking up of a model, which some of the ways begin with.
    const timeoutMs = 2000;
    const outcomes = await Promise.all(
      ways.map(([, settings]) => endOf(editAt(server, { ...settings, timeoutMs }))),
    );

    for (const outcome of outcomes) {
      expect(outcome).toBeInstanceOf(ResponseLostError);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(/^.* did not answer within 2 s\. /),
      });
      expect(outcome).toMatchObject({ message: expect.stringContaining(again) });
      expectNoSecrets(outcome);
    }
    // The server notes a request when it has looked at its picture.
    await eventually(() => expect(server.calls).toHaveLength(ways.length));
  });

  test.each(['resetting', 'breaking-off'] as const)('with a connection by %s', async (is) => {
    const server = await start();
    server.become({ is });

    for (const [, settings] of ways) {
      const outcome = await endOf(editAt(server, settings));

      expect(outcome).toBeInstanceOf(ResponseLostError);
      expect(outcome).toMatchObject({
        message: expect.stringMatching(/^The connection to .* broke before its answer was whole/),
      });
      expectNoSecrets(outcome);
    }
    expect(server.calls).toHaveLength(ways.length);
  });

  test('is one that comes late, not one that takes its time', async () => {
    const server = await start({ behaviour: { is: 'editing', afterMs: 1500 } });

    expect(await endOf(editAt(server, { timeoutMs: 500 }))).toBeInstanceOf(ResponseLostError);
    expect(await editAt(server, { timeoutMs: 10_000 })).toHaveProperty('image');
  });
});

describe('a place in fal’s queue', () => {
  const fal = { provider: 'huggingface', model: 'test/editor:fal-ai' } as const;

  test('that is paid for is looked at again where a look fails', async () => {
    const server = await start();
    server.failNextLooks(2);

    expect(await editAt(server, fal)).toHaveProperty('image');
    expect(server.paidFor('edit-1')).toBe(1);
  });

  test('that never comes to its turn ends as a lost answer, within the time for all of it', async () => {
    const server = await start();
    server.failNextLooks(Number.POSITIVE_INFINITY);

    const outcome = await endOf(editAt(server, { ...fal, timeoutMs: 2500 }));

    expect(outcome).toBeInstanceOf(ResponseLostError);
    expect(outcome).toMatchObject({
      message: expect.stringMatching(/ did not answer within 2\.5 s\. /),
    });
    expect(server.calls).toHaveLength(1);
  });

  test('is only ever looked at where the key may go', async () => {
    const server = await start();
    const body = { request_id: 'x', response_url: 'https://evil.example/fal-ai/m/requests/x' };
    server.become({ is: 'raw', body: JSON.stringify(body) });

    const outcome = await endOf(editAt(server, fal));

    // At our server, where nobody knows that place.
    expect(outcome).toEqual({ refused: expect.stringContaining('HTTP 404') });
  });

  test('whose edit broke is a reason for people', async () => {
    const server = await start();
    server.next({ is: 'editing' });
    server.answerNextLook({ status: 'COMPLETED', error: { type: 'content_policy_violation' } });

    expect(await endOf(editAt(server, fal))).toEqual({
      refused:
        'Hugging Face declined this edit by its content rules. Change the prompt or the picture.',
    });
  });
});
