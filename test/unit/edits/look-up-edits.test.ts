import { describe, expect, it } from 'vitest';
import { anEditDesk } from '#test/support/edit-harness.ts';

describe('edits are looked up', () => {
  it('by an edit alone, which is then the one spoken of', async () => {
    const desk = await anEditDesk();
    const first = await desk.start();
    await desk.start({ initId: first.process.initId });

    const { process, asked, edits } = await desk.lookUp({ editId: first.edit.editId });

    expect(process.initId).toBe(first.process.initId);
    expect(asked?.editId).toBe(first.edit.editId);
    expect(edits).toHaveLength(2);
  });

  it('not in another process, not when unknown, and not after it expired', async () => {
    const desk = await anEditDesk();
    const first = await desk.start();
    const second = await desk.start();

    const { initId } = second.process;
    for (const wrong of [
      { initId, editId: first.edit.editId },
      { editId: 'unknown' },
      { initId: 'unknown' },
      {},
    ])
      await expect(desk.lookUp(wrong)).rejects.toMatchObject({ fault: 'not-found' });
    desk.pass(3_600_000);
    await expect(desk.lookUp({ editId: first.edit.editId })).rejects.toMatchObject({
      fault: 'not-found',
    });
  });

  it('each time counted as a hit or a miss, once', async () => {
    const desk = await anEditDesk();
    const { process } = await desk.start(); // a hit
    await desk.lookUp({ initId: process.initId }); // another
    await desk.lookUp({ initId: 'unknown' }).catch(() => {});
    await desk.lookUp({ editId: 'unknown' }).catch(() => {});

    expect(await desk.deps.editSessions.report(desk.deps.now())).toMatchObject({
      hits: 2,
      misses: 2,
    });
  });
});
