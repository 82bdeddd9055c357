import type { ErrorCode } from '#lib/error-codes.ts';
import { isCurrent } from './advance-steps.ts';
import type { StepEnded } from './end-step.ts';
import type { StepMessage } from './messages.ts';
import { refusalCode } from './picture.ts';
import { type Step, type StepName, stepErrorCode } from './step.ts';

/** How one delivery of a step's message ended. */
export type StepOutcome = {
  step: StepName;
  /** `stale` where the image is gone, or another run of the step was requested since. */
  state: Step['state'] | 'stale';
  /** Why it failed or was skipped; a code where it failed, and the provider's kind of refusal. */
  reason?: string;
  error_code?: ErrorCode;
  kind?: string;
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
    return {
      ...{ step, state: 'failed', reason: image.rejected.reason },
      error_code: refusalCode(image.rejected),
    };
  const ended = image.steps[step];
  return {
    step,
    state: ended.state,
    ...('reason' in ended && { reason: ended.reason }),
    ...(ended.state === 'failed' && { error_code: stepErrorCode(ended), ...(kind && { kind }) }),
    ...(!changed && ended.state !== 'pending' && { repeated: true }),
  };
};
