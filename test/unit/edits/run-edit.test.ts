import { describe, expect, it } from 'vitest';
import { lostReason, resultImageId } from '#lib/edits/edit.ts';
import { ResponseLostError } from '#lib/edits/edit-picture.ts';
import { failure } from '#lib/failure.ts';
import { anEditDesk, ending } from '#test/support/edit-harness.ts';

const minute = 60_000;

describe('an edit', () => {
  it('ends as a picture that comes by the one door, and is a record at once', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();

    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED', durationMs: 13 });
    expect(Buffer.from((await desk.result(edit)) ?? '').toString()).toBe('painted');
    const found = await desk.deps.images.find(resultImageId(edit.editId));
    expect(found?.image).toMatchObject({
      source: 'edit',
      requestId: 'a-request',
      metadata: { width: 640, height: 480, format: 'png' },
      originalName: expect.stringMatching(/^edit-[a-z2-7]{8}\.png$/),
      sha256: expect.any(String),
    });
    expect(desk.calls).toMatchObject([
      { editId: edit.editId, prompt: 'Make it blue.', source: { name: 'source.png' } },
    ]);
    expect(desk.calls[0]).not.toHaveProperty('target');
  });

  it('stays what it became when its last message is given up afterwards', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    await desk.run(desk.message());
    const before = await desk.seen(edit);

    await desk.giveUp(desk.message());

    expect(await desk.seen(edit)).toEqual(before);
  });

  it('comes back when the provider is busy, as often as it likes, without being paid for', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    desk.next(ending.busy(7), ending.busy(), ending.busy(), ending.busy());

    for (const attempts of [1, 2, 3, 4])
      await expect(desk.run(desk.message(), { attempts })).rejects.toMatchObject({
        name: 'RetryLaterError',
      });
    expect(await desk.seen(edit)).toMatchObject({ status: 'PROCESSING', unanswered: 0 });
    await desk.run(desk.message(), { attempts: 5 });

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED', attempts: 5 });
  });

  it('fails with the reason when it is given up, and a message sent back changes nothing', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({ sourceUrl: 'https://stranger.example/a.png' });
    desk.next(ending.busy());
    await expect(desk.run(desk.message(), { attempts: 8 })).rejects.toThrow();

    await desk.giveUp(desk.message());
    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({
      status: 'FAILED',
      reason: 'Tried 8 times and gave up: no luck',
    });
    expect(desk.calls).toHaveLength(1);
    expect(desk.deps.derived.keys()).toEqual([]);
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
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    desk.next(answer);

    await desk.run(desk.message());
    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining(reason),
    });
    expect(desk.calls).toHaveLength(1);
    expect(await desk.result(edit)).toBeUndefined();
  });

  it('fails when the answer is no picture of ours, and keeps nothing of it', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    const refusal = { kind: 'contents', reason: 'The provider answered a web page.' } as const;

    await desk.run(desk.message(), { as: { checkResult: async () => ({ refusal }) } });

    expect(await desk.seen(edit)).toMatchObject({ status: 'FAILED', reason: refusal.reason });
    expect(await desk.result(edit)).toBeUndefined();
  });

  it('fails unpaid when its source cannot be prepared, is deleted, or another by now', async () => {
    for (const spoil of ['prepare', 'delete', 'replace'] as const) {
      const desk = await anEditDesk();
      const { edit } = await desk.start();
      const refusal = { kind: 'contents', reason: 'It is truncated.' } as const;
      const { originals } = desk.deps;
      if (spoil === 'delete') await originals.remove(['uploads/1/beach.jpg']);
      if (spoil === 'replace')
        await originals.write('uploads/1/beach.jpg', Buffer.from('x'), { contentType: 'x' });

      const as = spoil === 'prepare' ? { prepare: async () => ({ refusal }) } : {};
      await desk.run(desk.message(), { as });

      expect(await desk.seen(edit)).toMatchObject({
        status: 'FAILED',
        reason:
          spoil === 'prepare'
            ? 'The source cannot be sent: It is truncated.'
            : expect.stringContaining('deleted or'),
      });
      expect(desk.calls).toHaveLength(0);
    }
  });

  it('fails with what to set when the provider was taken away meanwhile', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();

    desk.deps.editing = failure('no_edit_provider', 'Set OPENAI_API_KEY.');
    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({
      status: 'FAILED',
      reason: 'Set OPENAI_API_KEY.',
    });
  });

  it('costs nothing while a key cannot be read, however often that is tried', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    const as = {
      editing: async () => {
        throw new Error('The parameter store does not answer.');
      },
    };
    for (const attempts of [1, 2, 3, 4])
      await expect(desk.run(desk.message(), { attempts, as })).rejects.toThrow('parameter store');

    await desk.run(desk.message(), { attempts: 5 });

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
    expect(desk.calls).toHaveLength(1);
  });

  it('sends both pictures, copies of strangers among them, and removes the copies at the end', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({ targetUrl: 'https://stranger.example/b.png' });
    expect(desk.deps.derived.keys()).toHaveLength(1);

    await desk.run(desk.message());

    expect(Buffer.from(desk.calls[0]?.source.bytes ?? '').toString()).toBe('beach');
    expect(Buffer.from(desk.calls[0]?.target?.bytes ?? '').toString()).toBe(
      'bytes of https://stranger.example/b.png',
    );
    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
    expect(desk.deps.derived.keys()).toEqual([]);
  });

  it('sends both pictures in one where the provider takes no more', async () => {
    const desk = await anEditDesk();
    desk.deps.editing = {
      ok: true,
      provider: 'test',
      model: 'm',
      maxSide: 9,
      maxBytes: 9,
      maxPictures: 1,
    };
    const { edit } = await desk.start({ targetUrl: 'https://stranger.example/hat.png' });

    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
    expect(desk.calls).toMatchObject([{ source: { width: 1280, name: 'source.png' } }]);
    expect(desk.calls[0]?.target).toBeUndefined();
    expect(Buffer.from(desk.calls[0]?.source.bytes ?? []).toString()).toBe(
      'beachbytes of https://stranger.example/hat.png',
    );
  });

  it('that nobody will finish has failed for everyone: its readers, and the worker that comes late', async () => {
    const desk = await anEditDesk();
    const { edit, process } = await desk.start({
      initId: (await desk.deps.editSessions.add({ ttlSeconds: 86_400 }, desk.deps.now())).initId,
    });

    desk.pass(359 * minute);
    expect(await desk.seen(edit)).toMatchObject({ status: 'PENDING' });
    desk.pass(2 * minute);
    const seen = await desk.seen(edit);
    expect(seen).toMatchObject({
      status: 'FAILED',
      endedAt: '2026-11-21T16:00:00.000Z',
      reason: lostReason,
    });
    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({ status: 'FAILED', reason: lostReason });
    expect(desk.calls).toHaveLength(0);
    expect(process.editIds).toEqual([edit.editId]);
  });

  it('waits in line for hours, and is made when its turn comes', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({
      initId: (await desk.deps.editSessions.add({ ttlSeconds: 86_400 }, desk.deps.now())).initId,
    });
    desk.pass(300 * minute);
    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });

  it('that a worker had and left is lost within the hour', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({
      initId: (await desk.deps.editSessions.add({ ttlSeconds: 86_400 }, desk.deps.now())).initId,
    });
    desk.next(ending.busy(1));
    await expect(desk.run(desk.message())).rejects.toThrow();
    desk.pass(44 * minute);
    expect(await desk.seen(edit)).toMatchObject({ status: 'PROCESSING' });
    desk.pass(2 * minute);

    expect(await desk.seen(edit)).toMatchObject({ status: 'FAILED', reason: lostReason });
  });

  it('shows sign of life by every delivery, however long the provider is busy', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({
      initId: (await desk.deps.editSessions.add({ ttlSeconds: 86_400 }, desk.deps.now())).initId,
    });
    desk.next(...[1, 2, 3, 4, 5, 6].map(() => ending.busy(900)));

    for (const attempts of [1, 2, 3, 4, 5, 6]) {
      await expect(desk.run(desk.message(), { attempts })).rejects.toThrow();
      desk.pass(15 * minute);
      expect(await desk.seen(edit)).toMatchObject({ status: 'PROCESSING' });
    }
    await desk.run(desk.message(), { attempts: 7 });

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });

  it('is finished although its process has given way or expired meanwhile', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({
      initId: (await desk.deps.editSessions.add({ ttlSeconds: 60 }, desk.deps.now())).initId,
    });
    desk.pass(61_000);

    await desk.run(desk.message());

    await expect(desk.seen(edit)).rejects.toThrow('no such process');
    expect(await desk.result(edit)).toBeDefined();
    expect((await desk.deps.edits.find(edit.editId))?.edit.status).toBe('COMPLETED');
  });

  it('does not make its result again when that was deleted before the edit could say so', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    const { as } = desk.mortal(999, 'before');
    const images = desk.deps.images;
    await desk.run(desk.message(), { as });
    const before = await images.find(resultImageId(edit.editId));
    // As it was when the worker died just before it ended the edit; then a person deleted the image.
    const again = await anEditDesk();
    const other = await again.start({ editId: edit.editId });
    if (before) await again.deps.images.save(undefined, { ...before.image, deleted: 'gone' });

    await again.run(again.message());

    expect(await again.seen(other.edit)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('deleted'),
    });
    expect(again.calls).toHaveLength(0);
  });

  it('drops a message of which nothing is known', async () => {
    const desk = await anEditDesk();
    const message = { edit_id: 'unknown', image_id: 'x', request_id: 'r' };
    expect(await desk.run(message)).toBeUndefined();
    await desk.giveUp(message);
    expect(desk.calls).toHaveLength(0);
  });
});
