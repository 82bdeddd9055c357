import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { editingOf } from '#lib/ai/edit-settings.ts';

type Given = Parameters<typeof editingOf>[0];

const vendorKeys = { hfToken: 'hf_own', openaiKey: 'sk-own' };

/** What is asked where with which key; the sentence for people where nothing is. */
const decided = (settings: Given) => {
  const editing = editingOf(settings);
  if ('unavailable' in editing) return editing.unavailable;
  const { provider, url, model, key, speaks } = editing;
  return { provider, url, model, key: key?.(), speaks };
};
const keySentTo = (settings: Given) => {
  const editing = editingOf(settings);
  return 'unavailable' in editing ? editing.unavailable : editing.key?.();
};

describe('who edits pictures', () => {
  test('nobody, with a sentence that names the settings, where nothing is set', () => {
    expect(decided({})).toBe(
      'No edit provider is set up. Set OPENAI_API_KEY or HF_TOKEN, or EDIT_BASE_URL for a server of your own.',
    );
    expect(decided({ hfToken: '  ', baseUrl: '' })).toBe(decided({}));
  });

  test('nobody where edits are switched off, whatever else is set', () => {
    expect(decided({ provider: 'none', ...vendorKeys })).toMatch(
      /^Edits are switched off \(EDIT_PROVIDER=none\)\. .*OPENAI_API_KEY or HF_TOKEN/,
    );
  });

  test('the first vendor with a key, OpenAI before Hugging Face', () => {
    expect(decided(vendorKeys)).toEqual({
      provider: 'openai',
      url: 'https://api.openai.com/v1/images/edits',
      model: 'gpt-image-2.6-sunburst',
      key: 'sk-own',
      speaks: 'images-edits',
    });
    expect(decided({ hfToken: 'hf_own' })).toEqual({
      provider: 'huggingface',
      url: 'https://router.huggingface.co',
      model: 'Qwen/Qwen-Image-Edit-2511:fal-ai',
      key: 'hf_own',
      speaks: 'image-to-image',
    });
  });

  test('a server of one’s own before every vendor, in OpenAI’s format', () => {
    expect(decided({ baseUrl: 'http://localhost:8080', ...vendorKeys })).toEqual({
      provider: 'openai',
      url: 'http://localhost:8080/v1/images/edits',
      model: 'gpt-image-2.6-sunburst',
      key: undefined,
      speaks: 'images-edits',
    });
  });

  test('a dedicated endpoint, at its very address, by the name of its host', () => {
    const baseUrl = 'https://abc.eu-west-1.aws.endpoints.huggingface.cloud/?x=1';
    const endpoint = {
      provider: 'huggingface',
      url: baseUrl,
      model: 'abc.eu-west-1.aws.endpoints.huggingface.cloud',
      key: 'hf_own',
      speaks: 'image-to-image',
    };

    expect(decided({ baseUrl, ...vendorKeys })).toEqual(endpoint);
    expect(decided({ baseUrl, provider: 'huggingface', ...vendorKeys })).toEqual(endpoint);
    expect(
      decided({ provider: 'huggingface', baseUrl: 'http://localhost:9/models/x', model: 'x' }),
    ).toEqual({
      provider: 'huggingface',
      url: 'http://localhost:9/models/x',
      model: 'x',
      key: undefined,
      speaks: 'image-to-image',
    });
  });

  test('Hugging Face’s router, at the provider that the model’s name ends in', () => {
    const modelFor = (model: string) => {
      const editing = editingOf({ model, ...vendorKeys, provider: 'huggingface' });
      return 'model' in editing ? editing.model : editing.unavailable;
    };

    expect(modelFor('black-forest-labs/FLUX.2-dev')).toBe('black-forest-labs/FLUX.2-dev:fal-ai');
    expect(modelFor('a/b:together')).toBe('a/b:together');
    expect(modelFor('a/b:wavespeed')).toBe(
      'EDIT_MODEL names the provider wavespeed, whose answers are not understood here. Let it end in :fal-ai or :together or :hf-inference.',
    );
    expect(
      decided({ baseUrl: 'https://router.huggingface.co/v1', model: 'a/b', ...vendorKeys }),
    ).toMatchObject({ url: 'https://router.huggingface.co', model: 'a/b:fal-ai', key: 'hf_own' });
  });

  test.each([
    ['dall-e-2', 'was retired by OpenAI'],
    ['DALL-E-3', 'was retired by OpenAI'],
    ['gpt-image-1', 'was retired by OpenAI'],
    ['gpt-image-1-2025-04-23', 'was retired by OpenAI'],
    ['gpt-6-luna', 'cannot draw'],
    ['o3', 'cannot draw'],
  ])('not %s, whose successor is named', (model, because) => {
    expect(decided({ model, ...vendorKeys })).toBe(
      `The model ${model} ${because}; set EDIT_MODEL=gpt-image-2.6-sunburst.`,
    );
    // A server of one's own may call its models as it likes.
    expect(decided({ model, baseUrl: 'http://localhost:1' })).toMatchObject({ model });
  });

  test.each([
    'gpt-image-1.5',
    'gpt-image-1-mini',
    'gpt-image-2',
    'gpt-image-2.5-flare',
    'chatgpt-image-latest',
  ])('%s, which still answers', (model) => {
    expect(decided({ model, ...vendorKeys })).toMatchObject({ model });
  });

  test('not a model that the router lost, whose successor is named', () => {
    expect(decided({ model: 'timbrooks/instruct-pix2pix', hfToken: 'hf_own' })).toMatch(
      /is not served by the Hugging Face router; .* EDIT_BASE_URL .* set EDIT_MODEL=Qwen\/Qwen-Image-Edit-2511\.$/,
    );
  });

  test('within what the provider takes', () => {
    expect(editingOf(vendorKeys)).toMatchObject({
      maxSide: 2048,
      maxBytes: 20_000_000,
      mostPictures: 2,
      timeoutMs: 120_000,
    });
    expect(editingOf({ hfToken: 'hf_own', timeoutMs: 7 })).toMatchObject({
      maxSide: 1536,
      maxBytes: 5_000_000,
      mostPictures: 1,
      timeoutMs: 7,
    });
  });

  test.each(['localhost:8080', 'ftp://host', 'http://user:word@host', '//host', 'http://'])(
    'nobody at an address like %s',
    (baseUrl) => {
      expect(decided({ baseUrl, ...vendorKeys })).toMatch(/^EDIT_BASE_URL must be an address/);
    },
  );
});

describe('the address that is asked', () => {
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
  ])('%s becomes …%s', (baseUrl, path) => {
    expect(decided({ baseUrl })).toMatchObject({ url: `http://host${path}` });
  });
});

describe('the key that is sent', () => {
  test.each([
    'https://api.openai.com.evil.example/v1',
    'https://evilapi.openai.com/v1',
    'https://router.huggingface.co.evil.example',
    'https://xendpoints.huggingface.cloud',
    'http://api.openai.com/v1',
    'http://router.huggingface.co',
    'https://api.openai.com:8443/v1',
    'http://localhost:1234',
  ])('is never a vendor’s own at %s', (baseUrl) => {
    for (const provider of ['auto', 'huggingface', 'openai'] as const)
      for (const model of [undefined, 'a/b:fal-ai']) {
        const editing = editingOf({ provider, baseUrl, model, ...vendorKeys });

        expect('key' in editing && editing.key?.()).toSatisfy((key) => !key);
      }
  });

  test('is the vendor’s whose host it is, not that of the provider’s name', () => {
    const baseUrl = 'https://api.openai.com/v1';

    expect(keySentTo({ provider: 'huggingface', baseUrl, ...vendorKeys })).toBe('sk-own');
    expect(keySentTo({ provider: 'openai', hfToken: 'hf_own' })).toBe(
      'EDIT_PROVIDER=openai needs a key. Set OPENAI_API_KEY.',
    );
    expect(keySentTo({ provider: 'huggingface', openaiKey: 'sk-own' })).toBe(
      'EDIT_PROVIDER=huggingface needs a key. Set HF_TOKEN.',
    );
  });

  test('is EDIT_API_KEY wherever a person named the address or the provider', () => {
    const apiKey = 'edit-key';

    expect(keySentTo({ baseUrl: 'http://localhost:1', apiKey, ...vendorKeys })).toBe(apiKey);
    expect(keySentTo({ provider: 'openai', apiKey, ...vendorKeys })).toBe(apiKey);
    expect(keySentTo({ provider: 'huggingface', apiKey })).toBe(apiKey);
  });

  test('is not EDIT_API_KEY where nobody said whose it is', () => {
    expect(keySentTo({ apiKey: 'edit-key', openaiKey: 'sk-own' })).toBe('sk-own');
    expect(keySentTo({ apiKey: 'edit-key' })).toMatch(/^No edit provider is set up\./);
  });

  test('is refused, unquoted, where no header could carry it', () => {
    const reason = keySentTo({ openaiKey: 'sk-one\nsk-two' });

    expect(reason).toMatch(/^OPENAI_API_KEY holds a character that no key has/);
    expect(reason).not.toContain('sk-');
  });

  test('does not show where the provider is printed', () => {
    const editing = editingOf({ openaiKey: 'sk-secret' });

    expect(JSON.stringify(editing) + inspect(editing, { depth: 9 })).not.toContain('sk-secret');
  });
});
