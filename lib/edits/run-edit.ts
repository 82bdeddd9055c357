import type { ErrorCode } from '#lib/error-codes.ts';
import { type Failure, failure } from '#lib/failure.ts';
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
    /** Resolved before the provider is called, so that a key that cannot be read costs nothing. */
    editing: () => Promise<Editing>;
    /** How long a lease lasts: longer than the provider may take. */
    leaseMs: number;
    /** A unique id for each worker. */
    newId: () => string;
    now: () => Date;
  };

/** The edit after a delivery of its message, and the provider's kind of refusal where it refused. */
export type EditEnded = { edit: Edit | undefined; kind?: string };

type Outcome = EditResult | (Failure<ErrorCode> & { refusal?: string });

/**
 * Has the provider make the picture of an edit, and ingests it as an image. Throws RetryLaterError or
 * LeaseHeldError where the message should be retried.
 *
 * Only the call of the provider costs money. Before it, the result's key is looked up, so that a
 * finished edit never starts again, and the call is recorded. One window remains in which an edit may be
 * paid for twice: its worker is killed, or loses the store, after the provider started and before the
 * result is stored. Then the provider is called once more, with the same idempotency key, and never a
 * third time. A response that is lost while the worker runs ends the edit: the client decides whether
 * to pay again.
 */
export const runEdit = async (
  { edit_id: editId }: EditMessage,
  attempts: number,
  deps: RunDeps,
): Promise<EditEnded> => {
  const worker: Worker = { id: deps.newId(), attempts };
  const edit = await acquireLease(editId, worker, deps);
  if (!edit) return { edit };
  if (!isHeldBy(edit, worker.id)) {
    await removeCopies(edit, deps); // the worker that ended it may have been killed before this
    return { edit };
  }
  const outcome = await makeResult(edit, worker, deps).catch(async (error: unknown) => {
    await releaseLease(edit, worker, error, deps);
    throw error;
  });
  return {
    edit: await endEdit(edit, worker, outcome, deps),
    ...('refusal' in outcome && { kind: outcome.refusal }),
  };
};

const makeResult = async (
  edit: In<'PROCESSING'>,
  worker: Worker,
  deps: RunDeps,
): Promise<Outcome> => {
  const { editId, prompt } = edit;
  const image = (await deps.images.find(resultImageId(editId)))?.image;
  if (image?.deleted)
    return failure('result_deleted', 'Its result was made, and has been deleted since.');
  const made = await findResult(edit, deps);
  if (made) return made;

  const editing = await deps.editing();
  if (!editing.ok) return failure('provider_not_configured', editing.reason);
  const pictures = await preparePictures(edit, editing, deps);
  if (!pictures.ok) return pictures;
  const { source, target } = pictures;

  if (!(await recordProviderCall(edit, worker, deps))) return failure('edit_lost', lostTwice);
  const response = await deps
    .editPicture({ editId, prompt, source, ...(target && { target }) })
    .catch((error: unknown) => {
      if (error instanceof ResponseLostError) return failure('response_lost', error.message);
      throw error;
    });
  if (response.ok) return saveResult(edit, response, deps);
  const { kind, reason } = response;
  return kind === 'response_lost'
    ? failure(kind, reason)
    : { ...failure('provider_refused', reason), refusal: kind };
};

const lostTwice =
  'Two workers were lost while the provider was at work. It may have been paid for, so the provider is not called again.';

/** A slow worker, whose lease another has acquired, changes nothing. */
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
      return outcome.ok
        ? complete(known, outcome, deps.now())
        : fail(known, { code: outcome.kind, reason: outcome.reason }, deps.now());
    },
    deps,
  );
  if (edit) await removeCopies(edit, deps);
  return edit;
};
