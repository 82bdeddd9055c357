import type { OutcomeMessage, StepMessage, StepQueues } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';

type Enqueued = { step: StepName; message: StepMessage };

/** The queues of the step workers; a test delivers their messages. */
export const inMemoryStepQueues = (): StepQueues & {
  /** Messages in the queues, oldest first. */
  messages: Enqueued[];
  /** Notifications that an image of a batch has ended. */
  outcomes: OutcomeMessage[];
  /** Receives and deletes the oldest message of a step. */
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
