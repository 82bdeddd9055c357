import { expect, it } from 'vitest';
import { listEdits } from '#lib/edits/list-edits.ts';
import { anEdit } from '#test/support/edit-builder.ts';
import { inMemoryEdits } from '#test/support/in-memory-edits.ts';

it('the list of edits shows one that no worker will finish as failed, as its process does', async () => {
  const createdAt = '2026-11-21T10:00:00.000Z';
  const expiresAt = '2026-11-28T10:00:00.000Z';
  const edits = inMemoryEdits(
    anEdit({ editId: 'lost', createdAt, expiresAt }),
    anEdit({ editId: 'new', createdAt: '2026-11-22T09:59:00.000Z', expiresAt }),
  );
  const now = () => new Date('2026-11-22T10:00:00.000Z');

  const page = await listEdits({ limit: 10, after: undefined }, { edits, now });

  expect(page.edits).toMatchObject([
    { editId: 'new', status: 'PENDING' },
    { editId: 'lost', status: 'FAILED', reason: expect.stringMatching(/in time/) },
  ]);
  expect(page.cursor).toBeUndefined();
});
