import { describe, expect, test } from 'vitest';
import type { CaptionBehaviour } from '#test/support/caption-server.ts';
import { captionTools, failure } from '#test/support/caption-tools.ts';

const { key, start, describeAt, expectNoSecrets } = captionTools();

describe('a caption that a retry would not bring', () => {
  const cases: [string, CaptionBehaviour, string][] = [
    ['a refusal', { is: 'refusing' }, 'The caption server declined to describe this picture.'],
    [
      'a refusal in words',
      { is: 'answering', text: "I'm sorry, but I can't help with identifying people." },
      'The caption server declined to describe this picture.',
    ],
    ['an empty answer', { is: 'empty' }, 'The caption server gave an empty answer.'],
    ['an empty body', { is: 'raw', body: '' }, 'The caption server gave an empty answer.'],
    [
      'garbage',
      { is: 'garbage' },
      'The caption server gave an answer that cannot be read. Check that CAPTION_BASE_URL is the address of its API.',
    ],
    [
      'a web page',
      { is: 'html' },
      'The caption server answered with a web page. Check that CAPTION_BASE_URL is the address of its API.',
    ],
    [
      'an endless answer',
      { is: 'flooding' },
      'The caption server answered with more than 64 KB, which is no caption. Check CAPTION_BASE_URL.',
    ],
    [
      'an error where the caption should be',
      { is: 'answering', text: '{"error": "model crashed"}' },
      'The caption server answered with an error instead of a caption.',
    ],
    [
      'a redirect',
      { is: 'redirecting', to: 'https://example.com/' },
      'The caption server redirected the request (HTTP 307). Set CAPTION_BASE_URL to the final one.',
    ],
    [
      'a wrong key, quoted in the error',
      { is: 'echoing-key' },
      'The caption server does not accept the key in CAPTION_API_KEY (HTTP 401).',
    ],
    [
      'a bad request, quoted in the error',
      { is: 'echoing-picture' },
      'The caption server refused the request (HTTP 400). Check that CAPTION_MODEL names a model that can read pictures.',
    ],
    [
      'an unknown model',
      { is: 'failing', status: 404 },
      'The caption server does not know the model test-model or the address (HTTP 404). Check CAPTION_BASE_URL, or set CAPTION_MODEL to a model it offers today.',
    ],
    [
      'a forbidden model',
      { is: 'failing', status: 403 },
      'The caption server does not let the key in CAPTION_API_KEY use the model test-model (HTTP 403).',
    ],
    [
      'an empty account',
      { is: 'failing', status: 402 },
      'The caption server says that the account behind the key has no credit left (HTTP 402).',
    ],
    [
      'a used-up quota, which OpenAI calls 429',
      { is: 'failing', status: 429, body: { error: { code: 'insufficient_quota' } } },
      'The caption server says that the account behind the key has no credit left (HTTP 429).',
    ],
    [
      'a picture against the content rules',
      { is: 'failing', status: 400, body: { error: { code: 'content_policy_violation' } } },
      'The caption server declined this picture by its content rules.',
    ],
    [
      'unprocessable input',
      { is: 'failing', status: 422 },
      'The caption server refused the request (HTTP 422). Check that CAPTION_MODEL names a model that can read pictures.',
    ],
  ];

  test.each(cases)('fails with a reason after %s', async (_, behaviour, reason) => {
    const server = await start({ key, behaviour });

    const outcome = await describeAt(server);

    expect(outcome).toEqual(failure(reason));
    expectNoSecrets(outcome);
    expect(server.calls).toHaveLength(1);
  });

  test.each(cases)('fails with a reason after %s from a BLIP endpoint', async (_, behaviour) => {
    const server = await start({ key, behaviour });

    const outcome = await describeAt(server, { provider: 'hf-endpoint' });

    expect(outcome).toEqual(failure(expect.stringMatching(/^The Hugging Face endpoint .*\.$/)));
    expectNoSecrets(outcome);
    expect(server.calls).toHaveLength(1);
  });

  test('fails with a reason when the content filter stopped it', async () => {
    const server = await start({ key, behaviour: { is: 'filtering' } });

    expect(await describeAt(server)).toEqual(
      failure('The caption server declined to describe this picture.'),
    );
  });

  test('fails with a reason after an error with status 200 in either wire format', async () => {
    const server = await start({ key, behaviour: { is: 'error-as-answer' } });

    expect(await describeAt(server)).toEqual(
      failure('The caption server answered with an error instead of a caption.'),
    );
    expect(await describeAt(server, { provider: 'hf-endpoint' })).toEqual(
      failure(
        'The Hugging Face endpoint gave an answer that holds no caption. Check that CAPTION_BASE_URL is an image-to-text endpoint.',
      ),
    );
  });

  test('fails with a reason when the model used all tokens for reasoning', async () => {
    const body = '{"choices":[{"finish_reason":"length","message":{"content":""}}]}';
    const server = await start({ key, behaviour: { is: 'raw', body } });

    expect(await describeAt(server)).toEqual(
      failure(
        'The caption server thought for 2000 tokens without coming to a caption. Set CAPTION_MODEL to a model that does not reason.',
      ),
    );
  });

  test('fails with the setting of the key when the key is missing', async () => {
    const server = await start();

    expect(await describeAt(server, { apiKey: undefined })).toEqual(
      failure('The caption server wants a key (HTTP 401). Set CAPTION_API_KEY.'),
    );
  });

  test('fails with the command to pull a model that Ollama does not have', async () => {
    const server = await start({ key, behaviour: { is: 'failing', status: 404 } });

    expect(await describeAt(server, { provider: 'ollama', model: 'llava' })).toEqual(
      failure('Ollama does not have the model llava (HTTP 404). Run: ollama pull llava'),
    );
  });

  test('fails as a wrong key, which Gemini answers as a bad request', async () => {
    const body = [{ error: { code: 400, details: [{ reason: 'API_KEY_INVALID' }] } }];
    const server = await start({ key, behaviour: { is: 'failing', status: 400, body } });

    expect(await describeAt(server, { provider: 'gemini' })).toEqual(
      failure('Gemini does not accept the key in CAPTION_API_KEY (HTTP 400).'),
    );
  });

  test('fails with a current model where the Hugging Face router does not serve the given one', async () => {
    const body = { error: { code: 'model_not_supported' } };
    const server = await start({ key, behaviour: { is: 'failing', status: 400, body } });

    expect(await describeAt(server, { provider: 'huggingface' })).toEqual(
      failure(expect.stringContaining('(for example Qwen/Qwen3-VL-8B-Instruct)')),
    );
  });

  test('fails when it quotes the key', async () => {
    const server = await start({ key, behaviour: { is: 'answering', text: `The key is ${key}` } });

    expect(await describeAt(server)).toEqual(failure('The caption server gave an empty answer.'));
  });
});
