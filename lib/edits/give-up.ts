import type { Objects } from '#lib/images/objects.ts';
import { fail, isOpen, leaseRemainingMs } from './edit.ts';
import type { EditMessage, Edits } from './edits.ts';
import { removeCopies } from './prepare-pictures.ts';
import { updateEdit } from './update-edit.ts';

/**
 * Records that an edit was tried for the last time. Its message stays in the dead-letter queue for
 * people; sent back, it changes nothing, since whoever was told that it failed may have started
 * another, and would pay twice. An edit that another worker is at just now is left to that one.
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
        ? fail(known, reason, now())
        : undefined,
    { edits },
  );
  if (edit) await removeCopies(edit, { derived });
};
