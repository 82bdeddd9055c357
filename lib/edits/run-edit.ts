import { failure } from '#lib/failure.ts';
import { complete, type Edit, fail, type In, isHeldBy, resultImageId } from './edit.ts';
import { type Editing, type EditPicture, ResponseLostError } from './edit-picture.ts';
import type { EditMessage, Edits } from './edits.ts';
import { acquireLease, recordProviderCall, releaseLease, type Worker } from './lease.ts';
import { type PictureDeps, preparePictures, removeCopies } from './prepare-pictures.ts';
import { type EditResult, findResult, type ResultDeps, saveResult } from './save-result.ts';
import { updateEdit } from './update-edit.ts';

export type RunDeps = PictureDeps &
  ResultDeps & {
    edits: Edits;
    editPicture: EditPicture;
    /** Asked before the provider is, so that a key which cannot be read costs nothing. */
    editing: () => Promise<Editing>;
    /** How long a worker that says nothing is believed to be at work: longer than the provider may take. */
    leaseMs: number;
    /** Not to be given twice: tells one worker from another. */
    newId: () => string;
    now: () => Date;
  };

type Outcome = EditResult | { failed: string };

/**
 * Given an edit, have the provider make its picture, and bring that to the one door.
 *
 * Money is spent on the call to the provider alone. Before it the result's own place is looked at,
 * so that what finished is never started again, and the call is written down. One window remains
 * in which an edit may be paid for twice: its worker is killed, or loses the store, after the
 * provider began and before the result is kept. Then the provider is asked once more, under the
 * same idempotency key, and never a third time. An answer that got lost while the worker lived
 * ends the edit: it is for its caller to decide whether to pay again.
 */
export const runEdit = async (
  { edit_id: editId }: EditMessage,
  attempts: number,
  deps: RunDeps,
): Promise<Edit | undefined> => {
  const worker: Worker = { id: deps.newId(), attempts };
  const edit = await acquireLease(editId, worker, deps);
  if (!edit) return undefined;
  if (!isHeldBy(edit, worker.id)) {
    await removeCopies(edit, deps); // who ended it may have been killed before
    return edit;
  }
  const outcome = await makeResult(edit, worker, deps).catch(async (error: unknown) => {
    await releaseLease(edit, worker, error, deps);
    throw error;
  });
  return endEdit(edit, worker, outcome, deps);
};

const makeResult = async (
  edit: In<'PROCESSING'>,
  worker: Worker,
  deps: RunDeps,
): Promise<Outcome> => {
  const { editId, prompt } = edit;
  const image = (await deps.images.find(resultImageId(editId)))?.image;
  if (image?.deleted) return { failed: 'Its result was made, and has been deleted since.' };
  const made = await findResult(edit, deps);
  if (made) return made;

  const editing = await deps.editing();
  if (!editing.ok) return { failed: editing.reason };
  const pictures = await preparePictures(edit, editing, deps);
  if ('failed' in pictures) return pictures;

  if (!(await recordProviderCall(edit, worker, deps))) return { failed: lostTwice };
  const response = await deps
    .editPicture({ editId, prompt, ...pictures })
    .catch((error: unknown) => {
      if (error instanceof ResponseLostError) return failure('response_lost', error.message);
      throw error;
    });
  return response.ok ? saveResult(edit, response, deps) : { failed: response.reason };
};

const lostTwice =
  'Two workers were lost while the provider was at work. It may have been paid for, so it is not asked again by itself.';

/** A late worker, whose lease has ended and is another's, changes nothing. */
const endEdit = async (
  { editId }: Edit,
  worker: Worker,
  outcome: Outcome,
  deps: RunDeps,
): Promise<Edit | undefined> => {
  const { edit } = await updateEdit(
    editId,
    (known) => {
      if (!isHeldBy(known, worker.id)) return undefined;
      return 'failed' in outcome
        ? fail(known, outcome.failed, deps.now())
        : complete(known, outcome, deps.now());
    },
    deps,
  );
  if (edit) await removeCopies(edit, deps);
  return edit;
};
