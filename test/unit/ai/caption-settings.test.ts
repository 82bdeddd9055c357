import { describe, expect, test } from 'vitest';
import { type CaptionSettings, resolveCaptionProvider } from '#lib/ai/settings.ts';

type Given = Parameters<typeof resolveCaptionProvider>[0];

const vendorKeys = { hfToken: 'hf_own', geminiKey: 'gemini-own', openaiKey: 'sk-own' };

/** The provider with its key; the reason where there is none. */
const resolve = (settings: Given) => {
  const resolved = resolveCaptionProvider(settings);
  if (!resolved.ok) return resolved.reason;
  const { provider, url, model, key, format } = resolved;
  return { provider, url, model, key: key?.(), format };
};

describe('the caption provider', () => {
  test('is none where nothing is set, and the reason names the settings', () => {
    expect(resolve({})).toBe(
      'No caption provider is set up. Set HF_TOKEN, GEMINI_API_KEY or OPENAI_API_KEY, or CAPTION_BASE_URL with CAPTION_MODEL.',
    );
    expect(resolve({ hfToken: '  ', baseUrl: '' })).toBe(resolve({}));
  });

  test('is none where captions are switched off, whatever else is set', () => {
    expect(resolve({ provider: 'none', ...vendorKeys })).toBe(
      'Captions are switched off (CAPTION_PROVIDER=none).',
    );
  });

  test('is the first vendor with a key in the order Hugging Face, Gemini, OpenAI', () => {
    const { hfToken, ...others } = vendorKeys;

    expect(resolve(vendorKeys)).toEqual({
      provider: 'huggingface',
      url: 'https://router.huggingface.co/v1/chat/completions',
      model: 'Qwen/Qwen3-VL-8B-Instruct',
      key: hfToken,
      format: 'chat',
    });
    expect(resolve(others)).toEqual({
      provider: 'gemini',
      url: 'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
      model: 'gemini-3.5-flash-lite',
      key: 'gemini-own',
      format: 'chat',
    });
    expect(resolve({ openaiKey: 'sk-own', model: 'gpt-another' })).toEqual({
      provider: 'openai',
      url: 'https://api.openai.com/v1/chat/completions',
      model: 'gpt-another',
      key: 'sk-own',
      format: 'chat',
    });
  });

  test('is a server of one’s own rather than any vendor, even when its model is missing', () => {
    const own = { baseUrl: 'http://localhost:8080', ...vendorKeys };

    expect(resolve({ ...own, model: 'my-model' })).toEqual({
      provider: 'openai-compatible',
      url: 'http://localhost:8080/v1/chat/completions',
      model: 'my-model',
      key: undefined,
      format: 'chat',
    });
    expect(resolve(own)).toBe('CAPTION_BASE_URL is set, but no model. Set CAPTION_MODEL.');
  });

  test('is recognised as a vendor by its URL', () => {
    const providerAt = (baseUrl: string) => {
      const captioning = resolveCaptionProvider({ baseUrl, model: 'some-model', ...vendorKeys });
      return captioning.ok && captioning.provider;
    };

    expect(providerAt('https://api.openai.com/v1')).toBe('openai');
    expect(providerAt('https://eu.api.openai.com/v1')).toBe('openai');
    expect(providerAt('https://generativelanguage.googleapis.com')).toBe('gemini');
    expect(providerAt('https://router.huggingface.co/v1')).toBe('huggingface');
    expect(providerAt('https://x.eu.endpoints.huggingface.cloud')).toBe('hf-endpoint');
    expect(providerAt('https://x.eu.endpoints.huggingface.cloud/v1')).toBe('openai-compatible');
  });

  test('can be Ollama on this machine, without a key', () => {
    expect(resolve({ provider: 'ollama', ...vendorKeys })).toEqual({
      provider: 'ollama',
      url: 'http://127.0.0.1:11434/v1/chat/completions',
      model: 'gemma3:4b',
      key: undefined,
      format: 'chat',
    });
  });

  test('can be a dedicated endpoint, whose URL is used as it is', () => {
    const baseUrl = 'https://abc.us-east-1.aws.endpoints.huggingface.cloud/';

    expect(resolve({ provider: 'hf-endpoint', baseUrl, hfToken: 'hf_own' })).toEqual({
      provider: 'hf-endpoint',
      url: baseUrl,
      model: 'abc.us-east-1.aws.endpoints.huggingface.cloud',
      key: 'hf_own',
      format: 'blip',
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
  ] as const)(
    'is none where %s lacks what it needs, and the reason says what to set',
    (provider, reason) => {
      expect(resolve({ provider })).toBe(reason);
    },
  );

  test.each(['localhost:8080', 'ftp://example.com', 'not an address', 'https://me:pw@example.com'])(
    'is none with the base URL %s, which is not repeated',
    (baseUrl) => {
      const reason = resolve({ baseUrl, model: 'm' });

      expect(reason).toMatch(/^CAPTION_BASE_URL must be an address that begins with http/);
      expect(reason).not.toContain(baseUrl);
    },
  );

  test('must be one of the known ones', () => {
    const provider = 'clippy' as CaptionSettings['provider']; // as an environment might say

    expect(() => resolveCaptionProvider({ provider })).toThrow(/huggingface/);
  });
});

describe('a retired caption model', () => {
  test.each([
    ['gemini', 'gemini-2.0-flash-lite', 'gemini-3.5-flash-lite'],
    ['gemini', 'gemini-2.0-flash', 'gemini-3.5-flash-lite'],
    ['gemini', 'models/gemini-1.5-pro', 'gemini-3.5-flash-lite'],
    ['openai', 'gpt-4-vision-preview', 'gpt-6-luna'],
    ['openai', 'gpt-image-1', 'gpt-6-luna'],
    ['openai', 'dall-e-3', 'gpt-6-luna'],
    ['huggingface', 'Salesforce/blip-image-captioning-base', 'Qwen/Qwen3-VL-8B-Instruct'],
    ['huggingface', 'Salesforce/blip2-opt-2.7b', 'Qwen/Qwen3-VL-8B-Instruct'],
  ] as const)('of %s, %s, is rejected with its successor %s', (provider, model, successor) => {
    const reason = resolve({ provider, model, apiKey: 'key' });

    expect(reason).toContain(`The model ${model} `);
    expect(reason).toContain(`CAPTION_MODEL=${successor}.`);
  });

  test('is accepted on a server of one’s own', () => {
    const model = 'Salesforce/blip-image-captioning-large';
    const baseUrl = 'http://localhost:8080';

    expect(resolve({ provider: 'hf-endpoint', baseUrl, model })).toMatchObject({ model });
    expect(resolve({ provider: 'openai-compatible', baseUrl, model })).toMatchObject({ model });
  });
});
