import { describe, expect, test } from 'vitest';
import type { EditBehaviour } from '#test/support/edit-server.ts';
import { editTools, failure, formats } from '#test/support/edit-tools.ts';

const { start, editAt, expectNoSecrets } = editTools();

const notRead =
  'The edit server gave an answer that cannot be read. Check that EDIT_BASE_URL is the address of its API.';

const cases: [string, EditBehaviour, string][] = [
  [
    'a refusal by content rules',
    { is: 'refusing' },
    'The edit server declined this edit by its content rules. Change the prompt or the picture.',
  ],
  [
    'a refusal by content rules with status 200',
    { is: 'error-as-answer', error: { code: 'content_policy_violation' } },
    'The edit server declined this edit by its content rules. Change the prompt or the picture.',
  ],
  ['an empty answer', { is: 'empty' }, 'The edit server gave an empty answer.'],
  ['garbage', { is: 'garbage' }, notRead],
  [
    'a web page',
    { is: 'html' },
    'The edit server answered with a web page. Check that EDIT_BASE_URL is the address of its API.',
  ],
  [
    'an error with status 200',
    { is: 'error-as-answer' },
    'The edit server answered with an error instead of a picture.',
  ],
  [
    'a used-up quota with status 200',
    { is: 'error-as-answer', error: { code: 'insufficient_quota', type: 'server_error' } },
    'The edit server says that the account behind the key has no credit left.',
  ],
  [
    'no picture',
    { is: 'raw', body: '{"created":1,"data":[]}' },
    'The edit server gave an answer that holds no picture; it may have declined this edit. Check EDIT_BASE_URL and EDIT_MODEL.',
  ],
  [
    'JSON of something else',
    { is: 'raw', body: '{"status":"ok"}' },
    'The edit server gave an answer that holds no picture; it may have declined this edit. Check EDIT_BASE_URL and EDIT_MODEL.',
  ],
  [
    'a picture that is no base64',
    { is: 'raw', body: '{"data":[{"b64_json":"sorry, no picture today!"}]}' },
    'The edit server answered with something that is no picture.',
  ],
  [
    'an address instead of the picture',
    { is: 'address' },
    'The edit server answered with an address instead of the picture, which is not followed. Set EDIT_MODEL to a model that answers with b64_json.',
  ],
  [
    'an endless picture',
    { is: 'flooding' },
    'The edit server answered with more than 50 MB, the maximum for a picture.',
  ],
  [
    'a redirect',
    { is: 'redirecting', to: 'https://example.com/' },
    'The edit server redirected the request (HTTP 307). Set EDIT_BASE_URL to the final one.',
  ],
  [
    'a wrong key, quoted in the error',
    { is: 'echoing-key' },
    'The edit server does not accept the key in EDIT_API_KEY (HTTP 401).',
  ],
  [
    'a bad request, quoted in the error',
    { is: 'echoing-request' },
    'The edit server refused the request (HTTP 400). Check that EDIT_MODEL names a model that can edit pictures.',
  ],
  [
    'an unknown model',
    { is: 'failing', status: 404 },
    'The edit server does not know the model my-model or the address (HTTP 404). Check EDIT_BASE_URL, or set EDIT_MODEL to a model it offers today (for example gpt-image-2.6-sunburst).',
  ],
  [
    'a forbidden model',
    { is: 'failing', status: 403 },
    'The edit server does not let the key in EDIT_API_KEY use the model my-model (HTTP 403).',
  ],
  [
    'an organization that is not verified',
    { is: 'failing', status: 403, body: { error: { message: 'organization must be verified' } } },
    'The edit server wants the organization behind the key to be verified before it may use the model my-model (HTTP 403).',
  ],
  [
    'an empty account',
    { is: 'failing', status: 402 },
    'The edit server says that the account behind the key has no credit left (HTTP 402).',
  ],
  [
    'a used-up quota, which OpenAI calls 429',
    { is: 'failing', status: 429, body: { error: { code: 'insufficient_quota' } } },
    'The edit server says that the account behind the key has no credit left (HTTP 429).',
  ],
  [
    'a limit on spending, which OpenAI calls 400',
    { is: 'failing', status: 400, body: { error: { code: 'billing_hard_limit_reached' } } },
    'The edit server says that the account behind the key has no credit left (HTTP 400).',
  ],
  [
    'a prompt that is too long',
    { is: 'failing', status: 400, body: { error: { code: 'string_above_max_length' } } },
    'The edit server finds the prompt too long (HTTP 400).',
  ],
  [
    'a picture that cannot be read',
    { is: 'failing', status: 400, body: { error: { code: 'invalid_image_file' } } },
    'The edit server cannot read the picture it was sent (HTTP 400).',
  ],
  [
    'a picture that is too large',
    { is: 'failing', status: 413 },
    'The edit server finds the picture too large (HTTP 413).',
  ],
];

describe('an edit that a retry would not bring', () => {
  test.each(cases)('fails with a reason after %s', async (_, behaviour, reason) => {
    const server = await start({ behaviour });

    const outcome = await editAt(server, { model: 'my-model' });

    expect(outcome).toEqual(failure(reason));
    expectNoSecrets(outcome);
    expect(server.calls).toHaveLength(1);
  });

  const others = cases.filter(([, { is }]) => is !== 'address' && is !== 'flooding');
  const inOtherFormats = formats
    .slice(1)
    .flatMap(([format, settings]) =>
      others.map(([name, behaviour]) => ({ name, format, settings, behaviour })),
    );

  test.each(inOtherFormats)(
    'fails with a reason after $name in the format $format',
    async ({ settings, behaviour }) => {
      const server = await start({ behaviour });

      const outcome = await editAt(server, settings);

      expect(outcome).toEqual(failure(expect.stringMatching(/^(The )?Hugging Face.*\.$/)));
      expectNoSecrets(outcome);
      expect(server.calls).toHaveLength(1);
    },
  );

  test('fails with a reason after an endless file', async () => {
    const server = await start({ behaviour: { is: 'flooding' } });

    expect(await editAt(server, { provider: 'huggingface' })).toEqual(
      failure(
        'The Hugging Face endpoint answered with more than 50 MB, the maximum for a picture.',
      ),
    );
  });

  test('fails with the successor of a retired model', async () => {
    const server = await start();

    expect(await editAt(server, { model: 'gpt-image-1' })).toEqual(
      failure(expect.stringContaining('(for example gpt-image-2.6-sunburst)')),
    );
    expect(server.paidFor('edit-1')).toBe(0);
  });

  test('fails with the setting of the key where one is required', async () => {
    const server = await start();

    expect(await editAt(server, { apiKey: undefined })).toEqual(
      failure('The edit server wants a key (HTTP 401). Set EDIT_API_KEY.'),
    );
  });
});

describe('the check of the result, which the caller makes,', () => {
  test.each(formats)('accepts a picture of 40 megapixels in the format %s', async (_, settings) => {
    const server = await start({ behaviour: { is: 'enormous' } });

    expect(await editAt(server, settings)).toHaveProperty('image');
  });

  test('lets bytes pass that are no picture at all', async () => {
    const server = await start();
    server.become({ is: 'raw', body: Buffer.from([0, 1, 2, 3]), contentType: 'image/png' });

    expect(await editAt(server, { provider: 'huggingface' })).toMatchObject({
      image: Buffer.from([0, 1, 2, 3]),
    });
  });
});

describe('the edit server of these tests', () => {
  test('rejects a truncated picture', async () => {
    const server = await start();
    const { source } = { source: new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]) };
    const broken = {
      bytes: source,
      contentType: 'image/jpeg',
      width: 1,
      height: 1,
      name: 'a.jpg',
    } as const;

    for (const [, settings] of formats) await editAt(server, settings, { source: broken });

    expect(server.calls.map(({ fault }) => fault?.message)).toEqual(
      formats.map(() => 'a picture cannot be decoded'),
    );
  });
});
