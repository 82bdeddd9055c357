import { describe, expect, test } from 'vitest';
import { type CaptionSettings, captioningOf } from '#lib/ai/caption-settings.ts';

type Given = Parameters<typeof captioningOf>[0];

const vendorKeys = { hfToken: 'hf_own', geminiKey: 'gemini-own', openaiKey: 'sk-own' };

/** What is asked where with which key; the skip reason where nothing is. */
const decided = (settings: Given) => {
  const captioning = captioningOf(settings);
  if ('skipped' in captioning) return captioning.skipped;
  const { provider, url, model, key, speaks } = captioning;
  return { provider, url, model, key: key?.(), speaks };
};

describe('which provider writes captions', () => {
  test('none, with a reason that names the settings, where nothing is set', () => {
    expect(decided({})).toBe(
      'No caption provider is set up. Set HF_TOKEN, GEMINI_API_KEY or OPENAI_API_KEY, or CAPTION_BASE_URL with CAPTION_MODEL.',
    );
    expect(decided({ hfToken: '  ', baseUrl: '' })).toBe(decided({}));
  });

  test('none where captions are switched off, whatever else is set', () => {
    expect(decided({ provider: 'none', ...vendorKeys })).toBe(
      'Captions are switched off (CAPTION_PROVIDER=none).',
    );
  });

  test('the first vendor with a key, in the order Hugging Face, Gemini, OpenAI', () => {
    const { hfToken, ...others } = vendorKeys;

    expect(decided(vendorKeys)).toEqual({
      provider: 'huggingface',
      url: 'https://router.huggingface.co/v1/chat/completions',
      model: 'Qwen/Qwen3-VL-8B-Instruct',
      key: hfToken,
      speaks: 'chat',
    });
    expect(decided(others)).toEqual({
      provider: 'gemini',
      url: 'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
      model: 'gemini-3.5-flash-lite',
      key: 'gemini-own',
      speaks: 'chat',
    });
    expect(decided({ openaiKey: 'sk-own', model: 'gpt-another' })).toEqual({
      provider: 'openai',
      url: 'https://api.openai.com/v1/chat/completions',
      model: 'gpt-another',
      key: 'sk-own',
      speaks: 'chat',
    });
  });

  test('a server of one’s own before every vendor, and no vendor in its stead', () => {
    const own = { baseUrl: 'http://localhost:8080', ...vendorKeys };

    expect(decided({ ...own, model: 'my-model' })).toEqual({
      provider: 'openai-compatible',
      url: 'http://localhost:8080/v1/chat/completions',
      model: 'my-model',
      key: undefined,
      speaks: 'chat',
    });
    expect(decided(own)).toBe(
      'CAPTION_BASE_URL is set, but not the model to ask. Set CAPTION_MODEL.',
    );
  });

  test('a vendor that is recognised by its address', () => {
    const providerAt = (baseUrl: string) => {
      const captioning = captioningOf({ baseUrl, model: 'some-model', ...vendorKeys });
      return 'provider' in captioning && captioning.provider;
    };

    expect(providerAt('https://api.openai.com/v1')).toBe('openai');
    expect(providerAt('https://eu.api.openai.com/v1')).toBe('openai');
    expect(providerAt('https://generativelanguage.googleapis.com')).toBe('gemini');
    expect(providerAt('https://router.huggingface.co/v1')).toBe('huggingface');
    expect(providerAt('https://x.eu.endpoints.huggingface.cloud')).toBe('hf-endpoint');
    expect(providerAt('https://x.eu.endpoints.huggingface.cloud/v1')).toBe('openai-compatible');
  });

  test('Ollama on this machine, without a key', () => {
    expect(decided({ provider: 'ollama', ...vendorKeys })).toEqual({
      provider: 'ollama',
      url: 'http://127.0.0.1:11434/v1/chat/completions',
      model: 'gemma3:4b',
      key: undefined,
      speaks: 'chat',
    });
  });

  test('a dedicated endpoint, asked at its own address as it is', () => {
    const baseUrl = 'https://abc.us-east-1.aws.endpoints.huggingface.cloud/';

    expect(decided({ provider: 'hf-endpoint', baseUrl, hfToken: 'hf_own' })).toEqual({
      provider: 'hf-endpoint',
      url: baseUrl,
      model: 'abc.us-east-1.aws.endpoints.huggingface.cloud',
      key: 'hf_own',
      speaks: 'blip',
    });
  });

  test.each([
    ['huggingface', 'CAPTION_PROVIDER=huggingface needs a key. Set HF_TOKEN.'],
    ['gemini', 'CAPTION_PROVIDER=gemini needs a key. Set GEMINI_API_KEY.'],
    ['openai', 'CAPTION_PROVIDER=openai needs a key. Set OPENAI_API_KEY.'],
    ['hf-endpoint', 'CAPTION_PROVIDER=hf-endpoint needs an address. Set CAPTION_BASE_URL.'],
    [
      'openai-compatible',
      'CAPTION_PROVIDER=openai-compatible needs an address. Set CAPTION_BASE_URL.',
    ],
  ] as const)('none where %s lacks what it needs, with what to set', (provider, reason) => {
    expect(decided({ provider })).toBe(reason);
  });

  test.each(['localhost:8080', 'ftp://example.com', 'not an address', 'https://me:pw@example.com'])(
    'none at the address %s, which is not repeated',
    (baseUrl) => {
      const reason = decided({ baseUrl, model: 'm' });

      expect(reason).toMatch(/^CAPTION_BASE_URL must be an address that begins with http/);
      expect(reason).not.toContain(baseUrl);
    },
  );

  test('refuses a provider it does not know', () => {
    const provider = 'clippy' as CaptionSettings['provider']; // as an environment might say

    expect(() => captioningOf({ provider })).toThrow(/huggingface/);
  });
});

describe('a model that answers no more', () => {
  test.each([
    ['gemini', 'gemini-2.0-flash-lite', 'gemini-3.5-flash-lite'],
    ['gemini', 'gemini-2.0-flash', 'gemini-3.5-flash-lite'],
    ['gemini', 'models/gemini-1.5-pro', 'gemini-3.5-flash-lite'],
    ['openai', 'gpt-4-vision-preview', 'gpt-6-luna'],
    ['openai', 'gpt-image-1', 'gpt-6-luna'],
    ['openai', 'dall-e-3', 'gpt-6-luna'],
    ['huggingface', 'Salesforce/blip-image-captioning-base', 'Qwen/Qwen3-VL-8B-Instruct'],
    ['huggingface', 'Salesforce/blip2-opt-2.7b', 'Qwen/Qwen3-VL-8B-Instruct'],
  ] as const)('%s: %s is skipped, naming its successor %s', (provider, model, successor) => {
    const reason = decided({ provider, model, apiKey: 'key' });

    expect(reason).toContain(`The model ${model} `);
    expect(reason).toContain(`CAPTION_MODEL=${successor}.`);
  });

  test('is asked all the same where one runs it oneself', () => {
    const model = 'Salesforce/blip-image-captioning-large';
    const baseUrl = 'http://localhost:8080';

    expect(decided({ provider: 'hf-endpoint', baseUrl, model })).toMatchObject({ model });
    expect(decided({ provider: 'openai-compatible', baseUrl, model })).toMatchObject({ model });
  });
});
