import { isCurrent } from './advance-steps.ts';
import type { StepEnded } from './end-step.ts';
import type { StepMessage } from './messages.ts';
import type { Step, StepName } from './step.ts';

/** How one delivery of a step's message ended. */
export type StepOutcome = {
  step: StepName;
  /** `stale` where the image is gone, or another run of the step was requested since. */
  state: Step['state'] | 'stale';
  /** Why it failed or was skipped, and what kind of failure this is. */
  reason?: string;
  kind?: string;
  error_code?: string;
  /** Whether an earlier delivery had ended the step. */
  repeated?: true;
};

/** What a delivery made of its step, from the image as it left it. */
export const stepOutcome = (
  step: StepName,
  message: StepMessage,
  { image, changed, kind }: StepEnded,
): StepOutcome => {
  if (!isCurrent(image, step, message)) return { step, state: 'stale' };
  if (changed && image.rejected)
    return { step, state: 'failed', ...pickFailure(image.rejected, image.rejected.kind) };
  const ended = image.steps[step];
  return {
    step,
    state: ended.state,
    ...('reason' in ended && pickFailure(ended, ended.state === 'failed' ? kind : undefined)),
    ...(!changed && ended.state !== 'pending' && { repeated: true }),
  };
};

const pickFailure = (
  { reason, code }: { reason: string; code?: string },
  kind: string | undefined,
) => ({ reason, ...(kind && { kind }), ...(code && { error_code: code }) });
