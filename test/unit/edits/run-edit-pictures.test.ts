import { describe, expect, it } from 'vitest';
import { lostEdit, resultImageId } from '#lib/edits/edit.ts';
import { editHarness, ending } from '#test/support/edit-harness.ts';

const minute = 60_000;

describe('an edit', () => {
  it('sends both pictures, fetched ones too, and deletes the copies at the end', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({ targetUrl: 'https://untrusted.example/b.png' });
    expect(harness.deps.derived.keys()).toHaveLength(1);

    await harness.run(harness.message());

    expect(Buffer.from(harness.calls[0]?.source.bytes ?? '').toString()).toBe('beach');
    expect(Buffer.from(harness.calls[0]?.target?.bytes ?? '').toString()).toBe(
      'bytes of https://untrusted.example/b.png',
    );
    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
    expect(harness.deps.derived.keys()).toEqual([]);
  });

  it('joins both pictures where the provider accepts only one', async () => {
    const harness = await editHarness();
    harness.deps.editing = {
      ok: true,
      provider: 'test',
      model: 'm',
      maxSide: 9,
      maxBytes: 9,
      maxPictures: 1,
    };
    const { edit } = await harness.start({ targetUrl: 'https://untrusted.example/hat.png' });

    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
    expect(harness.calls).toMatchObject([{ source: { width: 1280, name: 'source.png' } }]);
    expect(harness.calls[0]?.target).toBeUndefined();
    expect(Buffer.from(harness.calls[0]?.source.bytes ?? []).toString()).toBe(
      'beachbytes of https://untrusted.example/hat.png',
    );
  });

  it('that no worker will finish has failed for its readers and for a slow worker', async () => {
    const harness = await editHarness();
    const { edit, process } = await harness.start({
      initId: (await harness.deps.editSessions.add({ ttlSeconds: 86_400 }, harness.deps.now()))
        .initId,
    });

    harness.pass(359 * minute);
    expect(await harness.seen(edit)).toMatchObject({ status: 'PENDING' });
    harness.pass(2 * minute);
    const seen = await harness.seen(edit);
    expect(seen).toMatchObject({
      status: 'FAILED',
      endedAt: '2026-11-21T16:00:00.000Z',
      reason: lostEdit.reason,
    });
    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({ status: 'FAILED', reason: lostEdit.reason });
    expect(harness.calls).toHaveLength(0);
    expect(process.editIds).toEqual([edit.editId]);
  });

  it('may wait in the queue for hours', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({
      initId: (await harness.deps.editSessions.add({ ttlSeconds: 86_400 }, harness.deps.now()))
        .initId,
    });
    harness.pass(300 * minute);
    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });

  it('that a worker started and left is lost within the hour', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({
      initId: (await harness.deps.editSessions.add({ ttlSeconds: 86_400 }, harness.deps.now()))
        .initId,
    });
    harness.next(ending.busy(1));
    await expect(harness.run(harness.message())).rejects.toThrow();
    harness.pass(44 * minute);
    expect(await harness.seen(edit)).toMatchObject({ status: 'PROCESSING' });
    harness.pass(2 * minute);

    expect(await harness.seen(edit)).toMatchObject({ status: 'FAILED', reason: lostEdit.reason });
  });

  it('is not lost while it is delivered, however long the provider is busy', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({
      initId: (await harness.deps.editSessions.add({ ttlSeconds: 86_400 }, harness.deps.now()))
        .initId,
    });
    harness.next(...[1, 2, 3, 4, 5, 6].map(() => ending.busy(900)));

    for (const attempts of [1, 2, 3, 4, 5, 6]) {
      await expect(harness.run(harness.message(), { attempts })).rejects.toThrow();
      harness.pass(15 * minute);
      expect(await harness.seen(edit)).toMatchObject({ status: 'PROCESSING' });
    }
    await harness.run(harness.message(), { attempts: 7 });

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });

  it('is finished although its session was replaced or expired in the meantime', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({
      initId: (await harness.deps.editSessions.add({ ttlSeconds: 60 }, harness.deps.now())).initId,
    });
    harness.pass(61_000);

    await harness.run(harness.message());

    await expect(harness.seen(edit)).rejects.toThrow('no such process');
    expect(await harness.result(edit)).toBeDefined();
    expect((await harness.deps.edits.find(edit.editId))?.edit.status).toBe('COMPLETED');
  });

  it('does not make its result again when that was deleted before the edit was completed', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    const { as } = harness.killableDeps(999, 'before');
    const images = harness.deps.images;
    await harness.run(harness.message(), { as });
    const before = await images.find(resultImageId(edit.editId));
    // As it was when the worker was killed just before it ended the edit; then a person deleted the image.
    const again = await editHarness();
    const other = await again.start({ editId: edit.editId });
    if (before) await again.deps.images.save(undefined, { ...before.image, deleted: 'gone' });

    await again.run(again.message());

    expect(await again.seen(other.edit)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('deleted'),
    });
    expect(again.calls).toHaveLength(0);
  });

  it('drops a message of an unknown edit', async () => {
    const harness = await editHarness();
    const message = { edit_id: 'unknown', image_id: 'x', request_id: 'r' };
    expect(await harness.run(message)).toEqual({ edit: undefined });
    await harness.giveUp(message);
    expect(harness.calls).toHaveLength(0);
  });
});
