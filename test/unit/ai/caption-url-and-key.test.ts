import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';

type Given = Parameters<typeof resolveCaptionProvider>[0];

const vendorKeys = { hfToken: 'hf_own', geminiKey: 'gemini-own', openaiKey: 'sk-own' };

const resolvedUrl = (settings: Given) => {
  const resolved = resolveCaptionProvider(settings);
  return resolved.ok ? resolved.url : resolved.reason;
};
const resolvedKey = (settings: Given) => {
  const resolved = resolveCaptionProvider(settings);
  return resolved.ok ? resolved.key?.() : resolved.reason;
};

describe('the URL of caption requests', () => {
  test.each([
    ['http://host', '/v1/chat/completions'],
    ['http://host/', '/v1/chat/completions'],
    ['http://host/v1', '/v1/chat/completions'],
    ['http://host/v1/', '/v1/chat/completions'],
    ['http://host/v1/chat/completions', '/v1/chat/completions'],
    ['http://host/v1/chat/completions/', '/v1/chat/completions'],
    ['http://host/chat/completions', '/chat/completions'],
    ['http://host/gateway', '/gateway/v1/chat/completions'],
    ['http://host/gateway/v3', '/gateway/v3/chat/completions'],
    ['http://host/v1beta/openai', '/v1beta/openai/chat/completions'],
    ['http://host/v1?api-version=5', '/v1/chat/completions?api-version=5'],
  ])('is completed from %s to …%s', (baseUrl, path) => {
    expect(resolvedUrl({ baseUrl, model: 'm' })).toBe(`http://host${path}`);
  });

  test.each([
    ['http://host', '/v1beta/openai/chat/completions'],
    ['http://host/v1beta', '/v1beta/openai/chat/completions'],
    ['http://host/v1beta/openai/', '/v1beta/openai/chat/completions'],
    ['http://host/v1', '/v1/chat/completions'],
  ])('is completed for Gemini from %s to …%s', (baseUrl, path) => {
    expect(resolvedUrl({ provider: 'gemini', baseUrl })).toBe(`http://host${path}`);
  });
});

describe('the key of caption requests', () => {
  test.each([
    'https://api.openai.com.evil.example/v1',
    'https://evil.example/api.openai.com/v1',
    'https://evilapi.openai.com/v1',
    'https://router.huggingface.co.evil.example',
    'https://endpoints.huggingface.cloud.evil.example',
    'https://xendpoints.huggingface.cloud',
    'https://generativelanguage.googleapis.com@evil.example',
    'http://api.openai.com/v1',
    'https://api.openai.com:8443/v1',
    'http://localhost:1234',
  ])('is never a vendor’s own key at %s', (baseUrl) => {
    for (const provider of ['auto', 'huggingface', 'gemini', 'openai', 'hf-endpoint'] as const) {
      const captioning = resolveCaptionProvider({ provider, baseUrl, model: 'm', ...vendorKeys });

      expect(captioning.ok && captioning.key?.()).toSatisfy((key) => !key);
    }
  });

  test('belongs to the vendor of the host, not to the provider that is named', () => {
    const baseUrl = 'https://api.openai.com/v1';

    expect(resolvedKey({ provider: 'openai-compatible', baseUrl, model: 'm', ...vendorKeys })).toBe(
      'sk-own',
    );
    expect(resolvedKey({ provider: 'huggingface', baseUrl, model: 'm', hfToken: 'hf_own' })).toBe(
      'CAPTION_PROVIDER=huggingface needs a key. Set OPENAI_API_KEY.',
    );
  });

  test('is CAPTION_API_KEY wherever the settings name a URL or a provider', () => {
    const apiKey = 'caption-key';

    expect(resolvedKey({ baseUrl: 'http://localhost:1', model: 'm', apiKey, ...vendorKeys })).toBe(
      apiKey,
    );
    expect(resolvedKey({ provider: 'openai', apiKey, ...vendorKeys })).toBe(apiKey);
  });

  test('is not CAPTION_API_KEY where the settings name neither a URL nor a provider', () => {
    expect(resolvedKey({ apiKey: 'caption-key', openaiKey: 'sk-own' })).toBe('sk-own');
    expect(resolvedKey({ apiKey: 'caption-key' })).toMatch(/^No caption provider is set up\./);
  });

  test('is rejected without being quoted where no header could carry it', () => {
    const reason = resolvedKey({ openaiKey: 'sk-one\nsk-two' });

    expect(reason).toMatch(/^OPENAI_API_KEY holds a character that no key has/);
    expect(reason).not.toContain('sk-');
  });

  test('is not shown when the provider is printed', () => {
    const captioning = resolveCaptionProvider({ openaiKey: 'sk-secret' });

    expect(JSON.stringify(captioning) + inspect(captioning, { depth: 9 })).not.toContain(
      'sk-secret',
    );
  });
});
