import type { OutcomeMessage, StepMessage, StepQueues } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';

type Asked = { step: StepName; message: StepMessage };

/** Workers who do nothing until a test takes their messages. */
export const inMemoryStepQueues = (): StepQueues & {
  /** What nobody has taken yet, in the order it was asked for. */
  asked: Asked[];
  /** Images of batches that were said to have ended. */
  outcomes: OutcomeMessage[];
  /** Takes the oldest message of a step; it is done with at once. */
  take(step: StepName): StepMessage | undefined;
} => {
  const asked: Asked[] = [];
  const outcomes: OutcomeMessage[] = [];
  return {
    asked,
    outcomes,
    enqueueOutcome: async (message) => void outcomes.push({ ...message }),
    enqueue: async (step, message) => void asked.push({ step, message: { ...message } }),
    isIdle: async (step) => !asked.some((one) => one.step === step),
    take(step) {
      const index = asked.findIndex((one) => one.step === step);
      return index < 0 ? undefined : asked.splice(index, 1)[0]?.message;
    },
  };
};
