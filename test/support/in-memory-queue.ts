type Options<Message> = {
  /** Called for each error of a message's work, before the retry. */
  onThrow: (error: Error) => void;
  /** Called after the last receive, as by the consumer. */
  giveUp?: (message: Message, reason: string) => Promise<void>;
  /** Called before a message is delivered, to move the clock. */
  before?: (message: Message) => void;
};

const maxReceiveCount = 8;

/**
 * A queue in memory in front of its worker, with the behaviour of SQS: a message whose work throws is
 * retried, up to eight receives, and one that succeeded may be delivered again.
 */
export const inMemoryQueue = <Message>(
  waiting: Message[],
  work: (message: Message, attempts: number) => Promise<unknown>,
  { onThrow, giveUp, before }: Options<Message>,
) => {
  const deliver = async (message: Message) => {
    for (let attempts = 1; attempts <= maxReceiveCount; attempts++) {
      try {
        await work(message, attempts);
        return;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        onThrow(error);
        if (attempts === maxReceiveCount) await giveUp?.(message, error.message);
      }
    }
  };
  return {
    /** Delivers the oldest message `times` times; false if the queue is empty. */
    deliver: async (times: number): Promise<boolean> => {
      const message = waiting.shift();
      if (message === undefined) return false;
      before?.(message);
      for (let time = 0; time < times; time++) await deliver(message);
      return true;
    },
  };
};
