import type { OutcomeMessage, StepMessage, StepQueues } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';

type Enqueued = { step: StepName; message: StepMessage };

/** Workers who do nothing until a test takes their messages. */
export const inMemoryStepQueues = (): StepQueues & {
  /** What nobody has taken yet, in the order it was asked for. */
  messages: Enqueued[];
  /** Images of batches that were said to have ended. */
  outcomes: OutcomeMessage[];
  /** Takes the oldest message of a step; it is done with at once. */
  receive(step: StepName): StepMessage | undefined;
} => {
  const messages: Enqueued[] = [];
  const outcomes: OutcomeMessage[] = [];
  return {
    messages,
    outcomes,
    enqueueOutcome: async (message) => void outcomes.push({ ...message }),
    enqueue: async (step, message) => void messages.push({ step, message: { ...message } }),
    isIdle: async (step) => !messages.some((one) => one.step === step),
    receive(step) {
      const index = messages.findIndex((one) => one.step === step);
      return index < 0 ? undefined : messages.splice(index, 1)[0]?.message;
    },
  };
};
