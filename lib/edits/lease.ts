import { RetryLaterError } from '#lib/retry-later-error.ts';
import {
  type Edit,
  fail,
  isHeldBy,
  isLost,
  isOpen,
  lease,
  leaseRemainingMs,
  lostReason,
  recordCall,
  release,
} from './edit.ts';
import type { Edits } from './edits.ts';
import { updateEdit } from './update-edit.ts';

/** One delivery of a message: `attempts` is its receive count. */
export type Worker = { id: string; attempts: number };

type Deps = { edits: Edits; leaseMs: number; now: () => Date };

/** Another worker is at this edit. The message comes back when that one must have ended. */
export class LeaseHeldError extends Error {
  override readonly name = 'EditTaken';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('Another worker is at this edit.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Takes an edit for one worker; answers it as it then stands: held by that worker, or ended.
 * Undefined where there is none. Throws EditTaken while another works on it.
 */
export const acquireLease = async (
  editId: string,
  { id: worker, attempts }: Worker,
  { edits, leaseMs, now }: Deps,
): Promise<Edit | undefined> => {
  const { edit } = await updateEdit(
    editId,
    (known) => {
      if (!isOpen(known)) return undefined;
      const heldMs = leaseRemainingMs(known, worker, now());
      if (heldMs > 0) throw new LeaseHeldError(Math.ceil(heldMs / 1000) + 1);
      if (isLost(known, now())) return fail(known, lostReason, now());
      return lease(known, { worker, attempts, now: now(), leaseMs });
    },
    { edits },
  );
  return edit;
};

/** A kill may leave one call of which nobody knows what became; two are enough. */
const maxUnanswered = 2;

/** Writes down that the provider is about to be asked. False where that was done in vain too often. */
export const recordProviderCall = async (
  { editId }: Edit,
  { id: worker }: Worker,
  { edits, leaseMs, now }: Deps,
): Promise<boolean> => {
  let mayCall = true;
  const { edit } = await updateEdit(
    editId,
    (known) => {
      if (!isHeldBy(known, worker)) return undefined;
      mayCall = known.unanswered < maxUnanswered;
      return mayCall ? recordCall(known, { worker, now: now(), leaseMs }) : undefined;
    },
    { edits },
  );
  if (!isHeldBy(edit, worker)) throw new LeaseHeldError(0); // we were too slow, and another is at it
  return mayCall;
};

/**
 * Leaves an edit to the next delivery of its message. Where even that cannot be written, its lease
 * ends by itself: the first error is the one to tell.
 */
export const releaseLease = async (
  { editId }: Edit,
  { id: worker }: Worker,
  error: unknown,
  { edits, now }: Deps,
): Promise<void> => {
  const unpaid = error instanceof RetryLaterError;
  await updateEdit(
    editId,
    (known) => (isHeldBy(known, worker) ? release(known, { now: now(), unpaid }) : undefined),
    { edits },
  ).catch(() => undefined);
};
