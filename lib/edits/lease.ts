import { RetryLaterError } from '#lib/retry-later-error.ts';
import {
  type Edit,
  fail,
  isHeldBy,
  isLost,
  isOpen,
  lease,
  leaseRemainingMs,
  lostEdit,
  recordCall,
  release,
} from './edit.ts';
import type { Edits } from './edits.ts';
import { updateEdit } from './update-edit.ts';

/** One delivery of a message: `attempts` is its receive count. */
export type Worker = { id: string; attempts: number };

type Deps = { edits: Edits; leaseMs: number; now: () => Date };

/** Another worker holds the lease of this edit. The message is retried when the lease has expired. */
export class LeaseHeldError extends Error {
  override readonly name = 'LeaseHeldError';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('Another worker holds the lease of this edit.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Acquires the lease of an edit for one worker. Returns the edit: leased by that worker, or ended;
 * undefined where there is none. Throws LeaseHeldError while another worker holds the lease.
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
      if (isLost(known, now())) return fail(known, lostEdit, now());
      return lease(known, { worker, attempts, now: now(), leaseMs });
    },
    { edits },
  );
  return edit;
};

/** A killed worker may leave one call with an unknown outcome; after two there is no further call. */
const maxUnanswered = 2;

/**
 * Records that the provider is about to be called. False where too many calls have an unknown outcome.
 * Throws LeaseHeldError where the lease was lost.
 */
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
  if (!isHeldBy(edit, worker)) throw new LeaseHeldError(0); // this worker was too slow, and another has the lease
  return mayCall;
};

/**
 * Releases the lease for the next delivery of the message. If even that cannot be saved, the lease
 * expires: the first error is the one to report.
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
