import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { editTools, failure } from '#test/support/edit-tools.ts';

const { source, start, editAt } = editTools();

describe('the response of a Hugging Face endpoint', () => {
  const png = () => sharp(source().bytes).png().toBuffer();
  const base64 = async () => (await png()).toString('base64');

  test.each([
    ['base64 as a JSON string', (written: string) => written],
    ['a data URL', (written: string) => `data:image/png;base64,${written}`],
    ['{image}', (image: string) => ({ image })],
    ['[{image}]', (image: string) => [{ image }]],
    ['{images: [..]}', (image: string) => ({ images: [image], seed: 1 })],
    ['{image: {url}}', (image: string) => ({ image: { url: `data:image/png;base64,${image}` } })],
    ['{data: [{b64_json}]}', (b64_json: string) => ({ data: [{ b64_json }] })],
    ['{output: [..]}', (image: string) => ({ output: [`data:image/png;base64,${image}`] })],
  ])('is read as %s', async (_, wrap) => {
    const server = await start();
    server.become({ is: 'raw', body: JSON.stringify(wrap(await base64())) });

    const outcome = await editAt(server, { provider: 'huggingface' });

    expect(outcome.ok && Buffer.from(outcome.image)).toEqual(await png());
  });

  test('is read as a file whatever its content type', async () => {
    const server = await start();
    server.become({ is: 'raw', body: await png(), contentType: 'application/octet-stream' });

    const outcome = await editAt(server, { provider: 'huggingface' });

    expect(outcome.ok && Buffer.from(outcome.image)).toEqual(await png());
  });

  test('is fetched from the endpoint’s own host where it is a URL', async () => {
    const server = await start();
    server.become({ is: 'address' });

    const outcome = await editAt(server, { provider: 'huggingface' });

    expect(outcome).toHaveProperty('image');
  });

  test('is refused where its URL leads to no picture', async () => {
    const server = await start();
    server.become({ is: 'address', url: `${server.url}/api/models/test/editor` });

    expect(await editAt(server, { provider: 'huggingface' })).toEqual(
      failure(
        'The Hugging Face endpoint answered with something that is no picture. Check EDIT_BASE_URL.',
      ),
    );
  });

  test('is not fetched from any other host', async () => {
    const server = await start();
    const elsewhere = await start({ key: '' });
    for (const url of [
      `${elsewhere.url}/files/0`,
      'http://169.254.169.254/latest/meta-data',
      'http://v3.fal.media/files/a.png',
      'https://fal.media.evil.example/a.png',
      'https://evilfal.media/a.png',
      'https://fal.media:8443/a.png',
    ]) {
      server.become({ is: 'address', url });

      expect(await editAt(server, { provider: 'huggingface' })).toEqual(
        failure(
          'The Hugging Face endpoint answered with the address of a picture at a host that is not followed. Use a model that answers with the picture itself.',
        ),
      );
    }
    expect(elsewhere.calls).toHaveLength(0);
  });
});

describe('a model behind Hugging Face’s router', () => {
  test.each([
    [
      'that does not exist',
      'unknown/model:fal-ai',
      /does not know the model unknown\/model:fal-ai/,
    ],
    [
      'that its provider does not serve for this task',
      'test/editor:hf-inference',
      /^Hugging Face does not offer the model test\/editor:hf-inference for editing pictures\. Set EDIT_MODEL to one that it does \(for example Qwen\/Qwen-Image-Edit-2511\)\.$/,
    ],
  ])('%s is refused before anything is billed', async (_, model, reason) => {
    const server = await start();

    const outcome = await editAt(server, { provider: 'huggingface', model });

    expect(outcome).toEqual(failure(expect.stringMatching(reason)));
    expect(server.calls).toHaveLength(0);
  });
});
