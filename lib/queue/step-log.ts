import type { StepEnded } from '#lib/images/end-step.ts';
import type { StepMessage } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';
import { stepOutcome } from '#lib/images/step-outcome.ts';
import type { LogOptions } from './consumer.ts';

/**
 * What a step's worker logs beside the message: a warning where the picture is at fault, an error where
 * we or our settings are. Without `pictureKinds` every failure that is not retried is the picture's.
 */
export const stepLog = (
  step: StepName,
  { pictureKinds }: { pictureKinds?: ReadonlySet<string> } = {},
): LogOptions<StepMessage, StepEnded> => ({
  labels: { step },
  outcome: (ended, message) => {
    const fields = stepOutcome(step, message, ended);
    if (fields.state !== 'failed' || fields.repeated) return { fields };
    const isPictures = !pictureKinds || pictureKinds.has(fields.kind ?? '');
    return { fields, level: isPictures ? 'warn' : 'error' };
  },
});
