import { describe, expect, it } from 'vitest';
import { resultImageId, resultKey } from '#lib/edits/edit.ts';
import { ResponseLostError } from '#lib/edits/edit-picture.ts';
import { failure } from '#lib/failure.ts';
import { registerImage } from '#lib/images/register-image.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { editHarness, ending } from '#test/support/edit-harness.ts';

describe('an edit', () => {
  it('ends as an image that is ingested like any other, and is a record at once', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();

    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED', durationMs: 13 });
    expect(Buffer.from((await harness.result(edit)) ?? '').toString()).toBe('painted');
    const found = await harness.deps.images.find(resultImageId(edit.editId));
    expect(found?.image).toMatchObject({
      source: 'edit',
      requestId: 'a-request',
      metadata: { width: 640, height: 480, format: 'png' },
      originalName: expect.stringMatching(/^edit-[a-z2-7]{8}\.png$/),
      sha256: expect.any(String),
    });
    expect(harness.calls).toMatchObject([
      { editId: edit.editId, prompt: 'Make it blue.', source: { name: 'source.png' } },
    ]);
    expect(harness.calls[0]).not.toHaveProperty('target');
  });

  it.each([
    [{}, true],
    [{ sourceUrl: 'https://untrusted.example/a.png' }, false],
  ])('from %j is named by the image that it made', async (request, hasSourceImage) => {
    const harness = await editHarness();
    const { edit } = await harness.start(request);

    await harness.run(harness.message());

    const found = await harness.deps.images.find(resultImageId(edit.editId));
    expect(found?.image.edit).toEqual({
      editId: edit.editId,
      prompt: 'Make it blue.',
      provider: 'test',
      model: 'a-model',
      ...(hasSourceImage && { sourceImageId: harness.beach.imageId }),
    });
  });

  it('is named by its image although the event of S3 registered that before', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    const { images } = harness.deps;
    const register = async () => {
      const known = harness.deps.images.all().find(({ source }) => source === 'edit');
      if (known) return;
      const { deps } = harness;
      await registerImage(
        { key: resultKey(edit.editId), requestId: 'an-event' },
        { ...deps, ...appHarness().deps, images, originals: deps.originals },
      );
    };
    const save: typeof images.save = async (before, after, change) => {
      await register();
      return images.save(before, after, change);
    };

    await harness.run(harness.message(), { as: { images: { ...images, save } } });

    const found = await images.find(resultImageId(edit.editId));
    expect(found).toMatchObject({ version: 2, image: { edit: { editId: edit.editId } } });
  });

  it('does not change its outcome when its last message is given up afterwards', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    await harness.run(harness.message());
    const before = await harness.seen(edit);

    await harness.giveUp(harness.message());

    expect(await harness.seen(edit)).toEqual(before);
  });

  it('is retried while the provider is busy, without being paid for', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    harness.next(ending.busy(7), ending.busy(), ending.busy(), ending.busy());

    for (const attempts of [1, 2, 3, 4])
      await expect(harness.run(harness.message(), { attempts })).rejects.toMatchObject({
        name: 'RetryLaterError',
      });
    expect(await harness.seen(edit)).toMatchObject({ status: 'PROCESSING', unanswered: 0 });
    await harness.run(harness.message(), { attempts: 5 });

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED', attempts: 5 });
  });

  it('fails with the reason when it is given up, and a redriven message changes nothing', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({ sourceUrl: 'https://untrusted.example/a.png' });
    harness.next(ending.busy());
    await expect(harness.run(harness.message(), { attempts: 8 })).rejects.toThrow();

    await harness.giveUp(harness.message());
    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({
      status: 'FAILED',
      reason: 'Tried 8 times and gave up: no luck',
    });
    expect(harness.calls).toHaveLength(1);
    expect(harness.deps.derived.keys()).toEqual([]);
  });

  it.each([
    ['a refusal', ending.refused('The provider refused the contents.'), 'refused the contents'],
    [
      'an answer that got lost',
      async () => {
        throw new ResponseLostError('No answer within 120 s. It may have been paid for.');
      },
      'No answer within 120 s',
    ],
  ])('fails at once after %s, and is not paid for again', async (_, answer, reason) => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    harness.next(answer);

    await harness.run(harness.message());
    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining(reason),
    });
    expect(harness.calls).toHaveLength(1);
    expect(await harness.result(edit)).toBeUndefined();
  });

  it('fails when the result is not an accepted picture, and stores nothing of it', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    const refusal = { kind: 'contents', reason: 'The provider answered a web page.' } as const;

    await harness.run(harness.message(), { as: { checkResult: async () => ({ refusal }) } });

    expect(await harness.seen(edit)).toMatchObject({ status: 'FAILED', reason: refusal.reason });
    expect(await harness.result(edit)).toBeUndefined();
  });

  it('fails unpaid when its source cannot be prepared, is deleted or was replaced', async () => {
    for (const spoil of ['prepare', 'delete', 'replace'] as const) {
      const harness = await editHarness();
      const { edit } = await harness.start();
      const refusal = { kind: 'contents', reason: 'It is truncated.' } as const;
      const { originals } = harness.deps;
      if (spoil === 'delete') await originals.remove(['uploads/1/beach.jpg']);
      if (spoil === 'replace')
        await originals.write('uploads/1/beach.jpg', Buffer.from('x'), { contentType: 'x' });

      const as = spoil === 'prepare' ? { prepare: async () => ({ refusal }) } : {};
      await harness.run(harness.message(), { as });

      expect(await harness.seen(edit)).toMatchObject({
        status: 'FAILED',
        reason:
          spoil === 'prepare'
            ? 'The source cannot be sent: It is truncated.'
            : expect.stringContaining('deleted or'),
      });
      expect(harness.calls).toHaveLength(0);
    }
  });

  it('fails with what to set when the provider was removed in the meantime', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();

    harness.deps.editing = failure('no_edit_provider', 'Set OPENAI_API_KEY.');
    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({
      status: 'FAILED',
      reason: 'Set OPENAI_API_KEY.',
    });
  });

  it('costs nothing while a key cannot be read, however often that is tried', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    const as = {
      editing: async () => {
        throw new Error('The parameter store does not answer.');
      },
    };
    for (const attempts of [1, 2, 3, 4])
      await expect(harness.run(harness.message(), { attempts, as })).rejects.toThrow(
        'parameter store',
      );

    await harness.run(harness.message(), { attempts: 5 });

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
    expect(harness.calls).toHaveLength(1);
  });
});
