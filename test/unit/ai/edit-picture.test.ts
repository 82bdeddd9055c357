import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { editWithSettings } from '#lib/ai/edit-picture.ts';
import { editTools, failure, formats } from '#test/support/edit-tools.ts';

const { key, source, target, start, editAt } = editTools();

describe('an edited picture', () => {
  test.each(formats)('comes whole in the format %s', async (format, settings) => {
    const server = await start();

    const outcome = await editAt(server, settings);

    const [call] = server.calls;
    if (!outcome.ok) throw new Error(outcome.reason);
    expect(server.calls).toHaveLength(1);
    expect(call).toMatchObject({ format, fault: undefined, prompt: 'Make it blue.', paid: true });
    expect(call?.headers.authorization).toBe(`Bearer ${key}`);
    expect(call?.pictures.map(({ bytes }) => bytes)).toEqual([Buffer.from(source().bytes)]);
    expect(Buffer.from(outcome.image)).toEqual(call?.result);
    expect(Buffer.from(outcome.image)).not.toEqual(Buffer.from(source().bytes));
    expect(await sharp(outcome.image).metadata()).toMatchObject({ width: 96, height: 64 });
  });

  test.each(formats)(
    'is requested with the edit’s id as idempotency key in the format %s',
    async (_, settings) => {
      const server = await start({ honoursIdempotencyKey: true });

      const first = await editAt(server, settings, { editId: 'edit-7' });
      const second = await editAt(server, settings, { editId: 'edit-7' });

      expect(server.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
        'edit-7',
        'edit-7',
      ]);
      expect(server.paidFor('edit-7')).toBe(1);
      expect(second).toMatchObject({ image: first.ok && first.image });
    },
  );

  test.each(formats)(
    'is requested on a connection of its own in the format %s',
    async (_, settings) => {
      const server = await start();

      await editAt(server, settings);

      // A reused one may have closed: then it is unknown whether the request was received.
      expect(server.calls[0]?.headers.connection).toBe('close');
    },
  );

  test('comes with its provider, its model and its duration in milliseconds', async () => {
    const server = await start();
    const times = [1000, 1420];
    const now = () => new Date(times.shift() ?? 0);

    expect(await editAt(server, { model: 'my-model' }, {}, { now })).toMatchObject({
      provider: 'openai',
      model: 'my-model',
      durationMs: 420,
    });
    expect(
      await editAt(server, { provider: 'huggingface', model: 'test/editor:together' }),
    ).toMatchObject({ provider: 'huggingface', model: 'test/editor:together' });
  });

  test('is requested with the key that is set at that moment', async () => {
    const server = await start();
    const keys = ['outdated', key];
    const edit = editWithSettings(async () => ({ baseUrl: server.url, apiKey: keys.shift() }));
    const request = { editId: 'edit-1', prompt: 'Make it blue.', source: source() };

    expect(await edit(request)).toEqual(
      failure('The edit server does not accept the key in EDIT_API_KEY (HTTP 401).'),
    );
    expect(await edit(request)).toHaveProperty('image');
  });

  test('sends an HF token or OpenAI’s key to no other host', async () => {
    const server = await start({ key: '' });

    for (const [, settings] of formats)
      await editAt(server, {
        ...settings,
        apiKey: undefined,
        hfToken: 'hf_secret',
        openaiKey: 'sk-secret',
      });

    expect(server.calls).toHaveLength(formats.length);
    for (const { headers } of server.calls) expect(headers).not.toHaveProperty('authorization');
  });

  test('is a failure with a reason where edits are switched off', async () => {
    const server = await start();

    expect(await editAt(server, { provider: 'none' })).toEqual(
      failure(
        'Edits are switched off (EDIT_PROVIDER=none). To switch them on, set EDIT_PROVIDER=auto and OPENAI_API_KEY or HF_TOKEN.',
      ),
    );
    expect(server.calls).toHaveLength(0);
  });
});

describe('a target picture', () => {
  test('is sent to OpenAI after the source, each with its name and type', async () => {
    const server = await start();

    const outcome = await editAt(server, {}, { target: target() });

    expect(outcome).toHaveProperty('image');
    expect(server.calls[0]?.pictures).toEqual([
      { bytes: Buffer.from(source().bytes), contentType: 'image/jpeg', name: 'source.jpg' },
      { bytes: Buffer.from(target().bytes), contentType: 'image/png', name: 'target.png' },
    ]);
  });

  test.each(formats.slice(1))(
    'is refused in the format %s without a request, and the reason names a provider that takes it',
    async (_, settings) => {
      const server = await start();

      const outcome = await editAt(server, settings, { target: target() });

      expect(outcome).toEqual(
        failure(
          expect.stringMatching(
            / takes one picture only\. Leave the target out, or set EDIT_PROVIDER=openai with OPENAI_API_KEY: OpenAI takes several\.$/,
          ),
        ),
      );
      expect(server.calls).toHaveLength(0);
    },
  );
});

describe('OpenAI’s form', () => {
  test('requests one picture from the current model and no response format', async () => {
    const server = await start();

    await editAt(server);

    expect(server.calls[0]).toMatchObject({
      path: '/v1/images/edits',
      model: 'gpt-image-2.6-sunburst',
      fields: { n: '1' },
    });
    expect(server.calls[0]?.fields).not.toHaveProperty('response_format');
  });

  test('requests base64 from other models, which do not send it by default', async () => {
    const server = await start();

    await editAt(server, { model: 'flux-kontext' });

    expect(server.calls[0]?.fields).toEqual({ n: '1', response_format: 'b64_json' });
  });

  test('carries prompts and file names in any script', async () => {
    const server = await start();
    const prompt = '把天空变成紫色 "now"\r\n— s’il vous plaît 🐕';

    await editAt(server, {}, { prompt, source: { ...source(), name: 'a"b\r\nc 猫.jpg' } });

    expect(server.calls[0]?.prompt).toBe(prompt);
    expect(server.calls[0]?.pictures).toHaveLength(1);
  });
});
