import { describe, expect, it } from 'vitest';
import { editHarness } from '#test/support/edit-harness.ts';

describe('edits are looked up', () => {
  it('by an edit alone, which is then the requested one', async () => {
    const harness = await editHarness();
    const first = await harness.start();
    await harness.start({ initId: first.process.initId });

    const { process, requested, edits } = await harness.lookUp({ editId: first.edit.editId });

    expect(process.initId).toBe(first.process.initId);
    expect(requested?.editId).toBe(first.edit.editId);
    expect(edits).toHaveLength(2);
  });

  it('not in another session, not when unknown, and not after it expired', async () => {
    const harness = await editHarness();
    const first = await harness.start();
    const second = await harness.start();

    const { initId } = second.process;
    for (const wrong of [
      { initId, editId: first.edit.editId },
      { editId: 'unknown' },
      { initId: 'unknown' },
      {},
    ])
      await expect(harness.lookUp(wrong)).rejects.toMatchObject({ code: 'process_not_found' });
    harness.pass(3_600_000);
    await expect(harness.lookUp({ editId: first.edit.editId })).rejects.toMatchObject({
      code: 'process_not_found',
    });
  });

  it('each time counted as a hit or a miss, once', async () => {
    const harness = await editHarness();
    const { process } = await harness.start(); // a hit
    await harness.lookUp({ initId: process.initId }); // another
    await harness.lookUp({ initId: 'unknown' }).catch(() => {});
    await harness.lookUp({ editId: 'unknown' }).catch(() => {});

    expect(await harness.deps.editSessions.report(harness.deps.now())).toMatchObject({
      hits: 2,
      misses: 2,
    });
  });
});
