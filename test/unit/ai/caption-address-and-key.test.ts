import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { captioningOf } from '#lib/ai/caption-settings.ts';

type Given = Parameters<typeof captioningOf>[0];

const vendorKeys = { hfToken: 'hf_own', geminiKey: 'gemini-own', openaiKey: 'sk-own' };

const addressOf = (settings: Given) => {
  const captioning = captioningOf(settings);
  return 'skipped' in captioning ? captioning.skipped : captioning.url;
};
const keySentTo = (settings: Given) => {
  const captioning = captioningOf(settings);
  return 'skipped' in captioning ? captioning.skipped : captioning.key?.();
};

describe('the address that is asked', () => {
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
  ])('%s becomes …%s', (baseUrl, path) => {
    expect(addressOf({ baseUrl, model: 'm' })).toBe(`http://host${path}`);
  });

  test.each([
    ['http://host', '/v1beta/openai/chat/completions'],
    ['http://host/v1beta', '/v1beta/openai/chat/completions'],
    ['http://host/v1beta/openai/', '/v1beta/openai/chat/completions'],
    ['http://host/v1', '/v1/chat/completions'],
  ])('for Gemini %s becomes …%s', (baseUrl, path) => {
    expect(addressOf({ provider: 'gemini', baseUrl })).toBe(`http://host${path}`);
  });
});

describe('the key that is sent', () => {
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
  ])('is never a vendor’s own at %s', (baseUrl) => {
    for (const provider of ['auto', 'huggingface', 'gemini', 'openai', 'hf-endpoint'] as const) {
      const captioning = captioningOf({ provider, baseUrl, model: 'm', ...vendorKeys });

      expect('key' in captioning && captioning.key?.()).toSatisfy((key) => !key);
    }
  });

  test('is the vendor’s whose host it is, not that of the provider’s name', () => {
    const baseUrl = 'https://api.openai.com/v1';

    expect(keySentTo({ provider: 'openai-compatible', baseUrl, model: 'm', ...vendorKeys })).toBe(
      'sk-own',
    );
    expect(keySentTo({ provider: 'huggingface', baseUrl, model: 'm', hfToken: 'hf_own' })).toBe(
      'CAPTION_PROVIDER=huggingface needs a key. Set OPENAI_API_KEY.',
    );
  });

  test('is CAPTION_API_KEY wherever a person named the address or the provider', () => {
    const apiKey = 'caption-key';

    expect(keySentTo({ baseUrl: 'http://localhost:1', model: 'm', apiKey, ...vendorKeys })).toBe(
      apiKey,
    );
    expect(keySentTo({ provider: 'openai', apiKey, ...vendorKeys })).toBe(apiKey);
  });

  test('is not CAPTION_API_KEY where nobody said whose it is', () => {
    expect(keySentTo({ apiKey: 'caption-key', openaiKey: 'sk-own' })).toBe('sk-own');
    expect(keySentTo({ apiKey: 'caption-key' })).toMatch(/^No caption provider is set up\./);
  });

  test('is refused, unquoted, where no header could carry it', () => {
    const reason = keySentTo({ openaiKey: 'sk-one\nsk-two' });

    expect(reason).toMatch(/^OPENAI_API_KEY holds a character that no key has/);
    expect(reason).not.toContain('sk-');
  });

  test('does not show where the provider is printed', () => {
    const captioning = captioningOf({ openaiKey: 'sk-secret' });

    expect(JSON.stringify(captioning) + inspect(captioning, { depth: 9 })).not.toContain(
      'sk-secret',
    );
  });
});
