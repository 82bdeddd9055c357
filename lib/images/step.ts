import { z } from 'zod';
import { type ErrorCode, errorCodeNames } from '#lib/error-codes.ts';
import { mapSteps, type StepName, stepNames } from './steps.ts';

export { type StepName, stepNames } from './steps.ts';
export const StepNameSchema = z.enum(stepNames);

/** Left out of what is stored where it is the first. */
const Run = z.int().default(1);

const ended = {
  run: Run,
  /** Likewise. */
  attempts: z.int().default(1),
  durationMs: z.int(),
  endedAt: z.iso.datetime(),
};

/** A step of processing an image. A message requests one `run` of it; a message of another run is stale. */
export const Step = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('pending'),
    run: Run,
    /** When this run was requested. */
    since: z.iso.datetime(),
    /** When sweep-stuck enqueued it a second time. */
    requeuedAt: z.iso.datetime().optional(),
  }),
  z.object({ state: z.literal('done'), ...ended }),
  z.object({
    state: z.literal('failed'),
    ...ended,
    reason: z.string(),
    /** True where retries were exhausted, false where the picture itself is at fault. */
    gaveUp: z.boolean(),
    /** Earlier releases stored none. */
    code: z.enum(errorCodeNames).optional().catch(undefined),
  }),
  z.object({ state: z.literal('skipped'), run: Run, reason: z.string() }),
]);
export type Step = z.infer<typeof Step>;

/** How a worker may end its step. */
export type Outcome =
  | { state: 'done' }
  | { state: 'failed'; code: ErrorCode; reason: string; gaveUp: boolean }
  | { state: 'skipped'; reason: string };

/** The code of a failed step of any release. */
export const stepErrorCode = ({ code, gaveUp }: Extract<Step, { state: 'failed' }>): ErrorCode =>
  code ?? (gaveUp ? 'retries_exhausted' : 'unreadable_file');

/** A step that was added to the list after an image was stored; a retry runs it. */
export const addedLater = { state: 'skipped', run: 0, reason: 'added later' } as const;

/** The steps of a stored image. One that its release did not have is skipped. */
export const Steps = z.object(mapSteps(() => Step.default(addedLater)));
export type Steps = Record<StepName, Step>;
