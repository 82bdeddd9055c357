import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { resolveEditProvider } from '#lib/ai/settings.ts';

type Given = Parameters<typeof resolveEditProvider>[0];

const vendorKeys = { hfToken: 'hf_own', openaiKey: 'sk-own' };

/** The provider with its key; the reason where there is none. */
const resolve = (settings: Given) => {
  const resolved = resolveEditProvider(settings);
  if (!resolved.ok) return resolved.reason;
  const { provider, url, model, key, format } = resolved;
  return { provider, url, model, key: key?.(), format };
};
const resolvedKey = (settings: Given) => {
  const resolved = resolveEditProvider(settings);
  return resolved.ok ? resolved.key?.() : resolved.reason;
};

describe('the edit provider', () => {
  test('is none where nothing is set, and the reason names the settings', () => {
    expect(resolve({})).toBe(
      'No edit provider is set up. Set OPENAI_API_KEY or HF_TOKEN, or EDIT_BASE_URL for a server of your own.',
    );
    expect(resolve({ hfToken: '  ', baseUrl: '' })).toBe(resolve({}));
  });

  test('is none where edits are switched off, whatever else is set', () => {
    expect(resolve({ provider: 'none', ...vendorKeys })).toMatch(
      /^Edits are switched off \(EDIT_PROVIDER=none\)\. .*OPENAI_API_KEY or HF_TOKEN/,
    );
  });

  test('is the first vendor with a key, OpenAI before Hugging Face', () => {
    expect(resolve(vendorKeys)).toEqual({
      provider: 'openai',
      url: 'https://api.openai.com/v1/images/edits',
      model: 'gpt-image-2.6-sunburst',
      key: 'sk-own',
      format: 'images-edits',
    });
    expect(resolve({ hfToken: 'hf_own' })).toEqual({
      provider: 'huggingface',
      url: 'https://router.huggingface.co',
      model: 'Qwen/Qwen-Image-Edit-2511:fal-ai',
      key: 'hf_own',
      format: 'image-to-image',
    });
  });

  test('is a server of one’s own rather than any vendor, in OpenAI’s format', () => {
    expect(resolve({ baseUrl: 'http://localhost:8080', ...vendorKeys })).toEqual({
      provider: 'openai',
      url: 'http://localhost:8080/v1/images/edits',
      model: 'gpt-image-2.6-sunburst',
      key: undefined,
      format: 'images-edits',
    });
  });

  test('can be a dedicated endpoint, at its own URL and named after its host', () => {
    const baseUrl = 'https://abc.eu-west-1.aws.endpoints.huggingface.cloud/?x=1';
    const endpoint = {
      provider: 'huggingface',
      url: baseUrl,
      model: 'abc.eu-west-1.aws.endpoints.huggingface.cloud',
      key: 'hf_own',
      format: 'image-to-image',
    };

    expect(resolve({ baseUrl, ...vendorKeys })).toEqual(endpoint);
    expect(resolve({ baseUrl, provider: 'huggingface', ...vendorKeys })).toEqual(endpoint);
    expect(
      resolve({ provider: 'huggingface', baseUrl: 'http://localhost:9/models/x', model: 'x' }),
    ).toEqual({
      provider: 'huggingface',
      url: 'http://localhost:9/models/x',
      model: 'x',
      key: undefined,
      format: 'image-to-image',
    });
  });

  test('can be Hugging Face’s router, with the provider that the model’s name ends in', () => {
    const modelFor = (model: string) => {
      const editing = resolveEditProvider({ model, ...vendorKeys, provider: 'huggingface' });
      return editing.ok ? editing.model : editing.reason;
    };

    expect(modelFor('black-forest-labs/FLUX.2-dev')).toBe('black-forest-labs/FLUX.2-dev:fal-ai');
    expect(modelFor('a/b:together')).toBe('a/b:together');
    expect(modelFor('a/b:wavespeed')).toBe(
      'EDIT_MODEL names the provider wavespeed, whose answers are not understood here. Let it end in :fal-ai or :together or :hf-inference.',
    );
    expect(
      resolve({ baseUrl: 'https://router.huggingface.co/v1', model: 'a/b', ...vendorKeys }),
    ).toMatchObject({ url: 'https://router.huggingface.co', model: 'a/b:fal-ai', key: 'hf_own' });
  });

  test.each([
    ['dall-e-2', 'was retired by OpenAI'],
    ['DALL-E-3', 'was retired by OpenAI'],
    ['gpt-image-1', 'was retired by OpenAI'],
    ['gpt-image-1-2025-04-23', 'was retired by OpenAI'],
    ['gpt-6-luna', 'cannot generate pictures'],
    ['o3', 'cannot generate pictures'],
  ])('does not accept %s and names its successor', (model, because) => {
    expect(resolve({ model, ...vendorKeys })).toBe(
      `The model ${model} ${because}; set EDIT_MODEL=gpt-image-2.6-sunburst.`,
    );
    // A server of one's own may call its models as it likes.
    expect(resolve({ model, baseUrl: 'http://localhost:1' })).toMatchObject({ model });
  });

  test.each([
    'gpt-image-1.5',
    'gpt-image-1-mini',
    'gpt-image-2',
    'gpt-image-2.5-flare',
    'chatgpt-image-latest',
  ])('accepts %s, which is not retired yet', (model) => {
    expect(resolve({ model, ...vendorKeys })).toMatchObject({ model });
  });

  test('does not accept a model that the router no longer serves, and names its successor', () => {
    expect(resolve({ model: 'timbrooks/instruct-pix2pix', hfToken: 'hf_own' })).toMatch(
      /is not served by the Hugging Face router; .* EDIT_BASE_URL .* set EDIT_MODEL=Qwen\/Qwen-Image-Edit-2511\.$/,
    );
  });

  test('comes with the limits of its requests', () => {
    expect(resolveEditProvider(vendorKeys)).toMatchObject({
      maxSide: 2048,
      maxBytes: 20_000_000,
      maxPictures: 2,
      timeoutMs: 120_000,
    });
    expect(resolveEditProvider({ hfToken: 'hf_own', timeoutMs: 7 })).toMatchObject({
      maxSide: 1536,
      maxBytes: 5_000_000,
      maxPictures: 1,
      timeoutMs: 7,
    });
  });

  test.each(['localhost:8080', 'ftp://host', 'http://user:word@host', '//host', 'http://'])(
    'is none with the base URL %s',
    (baseUrl) => {
      expect(resolve({ baseUrl, ...vendorKeys })).toMatch(/^EDIT_BASE_URL must be an address/);
    },
  );
});

describe('the URL of edit requests', () => {
  test.each([
    ['http://host', '/v1/images/edits'],
    ['http://host/', '/v1/images/edits'],
    ['http://host/v1', '/v1/images/edits'],
    ['http://host/v1/', '/v1/images/edits'],
    ['http://host/v1/images/edits', '/v1/images/edits'],
    ['http://host/images/edits/', '/images/edits'],
    ['http://host/gateway', '/gateway/v1/images/edits'],
    ['http://host/gateway/v3', '/gateway/v3/images/edits'],
    ['http://host/openai/v1?api-version=5', '/openai/v1/images/edits?api-version=5'],
  ])('is completed from %s to …%s', (baseUrl, path) => {
    expect(resolve({ baseUrl })).toMatchObject({ url: `http://host${path}` });
  });
});

describe('the key of edit requests', () => {
  test.each([
    'https://api.openai.com.evil.example/v1',
    'https://evilapi.openai.com/v1',
    'https://router.huggingface.co.evil.example',
    'https://xendpoints.huggingface.cloud',
    'http://api.openai.com/v1',
    'http://router.huggingface.co',
    'https://api.openai.com:8443/v1',
    'http://localhost:1234',
  ])('is never a vendor’s own key at %s', (baseUrl) => {
    for (const provider of ['auto', 'huggingface', 'openai'] as const)
      for (const model of [undefined, 'a/b:fal-ai']) {
        const editing = resolveEditProvider({ provider, baseUrl, model, ...vendorKeys });

        expect(editing.ok && editing.key?.()).toSatisfy((key) => !key);
      }
  });

  test('belongs to the vendor of the host, not to the provider that is named', () => {
    const baseUrl = 'https://api.openai.com/v1';

    expect(resolvedKey({ provider: 'huggingface', baseUrl, ...vendorKeys })).toBe('sk-own');
    expect(resolvedKey({ provider: 'openai', hfToken: 'hf_own' })).toBe(
      'EDIT_PROVIDER=openai needs a key. Set OPENAI_API_KEY.',
    );
    expect(resolvedKey({ provider: 'huggingface', openaiKey: 'sk-own' })).toBe(
      'EDIT_PROVIDER=huggingface needs a key. Set HF_TOKEN.',
    );
  });

  test('is EDIT_API_KEY wherever the settings name a URL or a provider', () => {
    const apiKey = 'edit-key';

    expect(resolvedKey({ baseUrl: 'http://localhost:1', apiKey, ...vendorKeys })).toBe(apiKey);
    expect(resolvedKey({ provider: 'openai', apiKey, ...vendorKeys })).toBe(apiKey);
    expect(resolvedKey({ provider: 'huggingface', apiKey })).toBe(apiKey);
  });

  test('is not EDIT_API_KEY where the settings name neither a URL nor a provider', () => {
    expect(resolvedKey({ apiKey: 'edit-key', openaiKey: 'sk-own' })).toBe('sk-own');
    expect(resolvedKey({ apiKey: 'edit-key' })).toMatch(/^No edit provider is set up\./);
  });

  test('is rejected without being quoted where no header could carry it', () => {
    const reason = resolvedKey({ openaiKey: 'sk-one\nsk-two' });

    expect(reason).toMatch(/^OPENAI_API_KEY holds a character that no key has/);
    expect(reason).not.toContain('sk-');
  });

  test('is not shown when the provider is printed', () => {
    const editing = resolveEditProvider({ openaiKey: 'sk-secret' });

    expect(JSON.stringify(editing) + inspect(editing, { depth: 9 })).not.toContain('sk-secret');
  });
});
