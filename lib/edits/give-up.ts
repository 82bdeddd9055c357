import type { Objects } from '#lib/images/objects.ts';
import { fail, isOpen, leaseRemainingMs } from './edit.ts';
import type { EditMessage, Edits } from './edits.ts';
import { removeCopies } from './prepare-pictures.ts';
import { updateEdit } from './update-edit.ts';

/**
 * Records that an edit had its last attempt. Its message stays in the dead-letter queue; redriven, it
 * changes nothing, since the client that saw the failure may have started another, and would
 * pay twice. An edit whose lease another worker holds is left to that worker.
 */
export const giveUpOnEdit = async (
  { edit_id: editId }: EditMessage,
  { reason }: { reason: string },
  { edits, derived, now }: { edits: Edits; derived: Objects; now: () => Date },
): Promise<void> => {
  const noWorker = '';
  const { edit } = await updateEdit(
    editId,
    (known) =>
      isOpen(known) && leaseRemainingMs(known, noWorker, now()) === 0
        ? fail(known, { code: 'retries_exhausted', reason }, now())
        : undefined,
    { edits },
  );
  if (edit) await removeCopies(edit, { derived });
};
