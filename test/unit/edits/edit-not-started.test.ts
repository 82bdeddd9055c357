import { describe, expect, it } from 'vitest';
import { maxEdits } from '#lib/edits/edit-session.ts';
import { failure } from '#lib/failure.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { editHarness } from '#test/support/edit-harness.ts';
import { anImage } from '#test/support/image-builder.ts';

describe('an edit is not started', () => {
  const refusedWith = async (harness: Awaited<ReturnType<typeof editHarness>>, input: object) => {
    const fault = await harness.start(input).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(harness.deps.editQueue.messages).toEqual([]);
    return fault;
  };

  it('in a session that is unknown, malformed or expired', async () => {
    const harness = await editHarness();
    const { initId } = await harness.deps.editSessions.add({ ttlSeconds: 60 }, harness.deps.now());
    harness.pass(60_000);

    for (const wrong of [initId, 'nonsense', `000-${crypto.randomUUID()}`])
      expect(await refusedWith(harness, { initId: wrong })).toMatchObject({
        code: 'process_not_found',
      });
  });

  it.each([
    ['unknown', { sourceUrl: 'a'.repeat(26) }, /source_url cannot be used. There is no such image/],
    ['no URL', { sourceUrl: 'nonsense' }, /source_url cannot be used. There is no such image/],
    [
      'unknown target',
      { targetUrl: 'b'.repeat(26) },
      /target_url cannot be used. There is no such image/,
    ],
  ])('from an image that does not exist: %s', async (_, input, message) => {
    const harness = await editHarness();
    expect(await refusedWith(harness, input)).toMatchObject({
      code: 'source_not_found',
      message: expect.stringMatching(message),
    });
  });

  it('from an image that is deleted or was rejected', async () => {
    const harness = await editHarness();
    const rejected = { kind: 'type', reason: 'It is no picture.' } as const;
    const images = [
      anImage({ key: 'deleted', deleted: 'deleting' }),
      anImage({ key: 'refused', rejected }),
    ];
    const codes = { deleted: 'source_not_found', refused: 'source_unusable' };
    for (const image of images) {
      await harness.deps.images.save(undefined, image);
      expect(await refusedWith(harness, { sourceUrl: image.imageId })).toMatchObject({
        code: codes[image.key === 'deleted' ? 'deleted' : 'refused'],
        fields: [{ field: 'source_url', error: expect.stringMatching(/no such|was rejected/) }],
      });
    }
  });

  it('from a URL that must not be fetched, is not a picture, or is busy', async () => {
    const harness = await editHarness();
    const sourceUrl = 'https://untrusted.example/a.png';
    harness.deps.fetchPicture = async () =>
      failure('not_fetched', 'It points to a private address.');
    expect(await refusedWith(harness, { sourceUrl })).toMatchObject({
      code: 'source_not_fetched',
      message: 'The picture of source_url cannot be used. It points to a private address.',
    });

    harness.deps.fetchPicture = async () => {
      throw new RetryLaterError('It is busy.', 9);
    };
    expect(await refusedWith(harness, { targetUrl: sourceUrl })).toMatchObject({
      code: 'source_unavailable',
      message: 'The picture of target_url cannot be used. It is busy.',
      retryAfterSeconds: 9,
    });

    harness.deps.fetchPicture = async () => {
      throw new Error('a mistake of ours');
    };
    expect(await refusedWith(harness, { sourceUrl })).toMatchObject({
      message: 'a mistake of ours',
    });

    harness.deps.fetchPicture = async () => ({ ok: true, bytes: Buffer.from('<html>') });
    harness.deps.inspect = async () => ({ refusal: { kind: 'type', reason: 'It is a web page.' } });
    expect(await refusedWith(harness, { sourceUrl })).toMatchObject({
      code: 'source_unusable',
      message: 'The picture of source_url cannot be used. It is a web page.',
    });
    expect(harness.deps.derived.keys()).toEqual([]);
  });

  it('from one valid picture and one invalid, of which nothing is stored', async () => {
    const harness = await editHarness();
    const good = 'https://untrusted.example/a.png';

    for (const input of [
      { sourceUrl: good, targetUrl: 'unknown' },
      { sourceUrl: 'unknown', targetUrl: good },
    ])
      expect(await refusedWith(harness, input)).toMatchObject({ code: 'source_not_found' });

    expect(harness.deps.derived.keys()).toEqual([]);
  });

  it('without a provider, before anything is fetched', async () => {
    const harness = await editHarness();
    harness.deps.fetchPicture = async () => failure('not_fetched', 'fetched!');
    harness.deps.editing = failure('no_edit_provider', 'Set OPENAI_API_KEY.');
    const sourceUrl = 'https://untrusted.example/a.png';
    expect(await refusedWith(harness, { sourceUrl })).toMatchObject({
      code: 'provider_not_configured',
      message: 'Set OPENAI_API_KEY.',
    });
  });

  it('in a session that is full, although its own edits may be repeated', async () => {
    const harness = await editHarness();
    const { initId } = await harness.deps.editSessions.add(
      { ttlSeconds: 3600 },
      harness.deps.now(),
    );
    const ids = Array.from({ length: maxEdits }, (_, n) => `edit-${n}`);
    for (const editId of ids) await harness.start({ initId, editId });

    harness.deps.fetchPicture = async () => failure('not_fetched', 'fetched!');
    const sourceUrl = 'https://untrusted.example/a.png';
    await expect(harness.start({ initId, editId: 'one-more', sourceUrl })).rejects.toMatchObject({
      code: 'too_many_edits',
    });
    await harness.start({ initId, editId: 'edit-3' });

    expect((await harness.lookUp({ initId })).process.editIds).toEqual(ids);
  });
});
