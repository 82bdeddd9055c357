import { updateWithRetry } from '#lib/update-with-retry.ts';
import type { Edit } from './edit.ts';
import type { Edits, VersionedEdit } from './edits.ts';

/**
 * Updates an edit with an optimistic lock; `decide` returns undefined to leave it. Returns the edit as it
 * then is, undefined where there is none.
 */
export const updateEdit = async (
  editId: string,
  decide: (edit: Edit) => Edit | undefined,
  { edits }: { edits: Edits },
): Promise<{ edit: Edit | undefined; changed: boolean }> => {
  const { before, after } = await updateWithRetry<VersionedEdit, Edit>({
    name: `Edit ${editId}`,
    read: () => edits.find(editId),
    decide: (known) => known && decide(known.edit),
    save: (known, edit) => edits.save(known, edit),
  });
  return { edit: after ?? before?.edit, changed: after !== undefined };
};
