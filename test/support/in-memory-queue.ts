type Options<Message> = {
  /** Called for whatever a message's work throws, before it comes back. */
  onThrow: (error: Error) => void;
  /** What the last receive records, as the consumer has it. */
  giveUp?: (message: Message, reason: string) => Promise<void>;
  /** What happens before a message is delivered: time passes. */
  before?: (message: Message) => void;
};

const maxReceiveCount = 8;

/**
 * A queue in memory in front of its worker, with SQS' manners: a message whose work throws comes
 * back, eight times at most, and one that is done may come again.
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
    /** Delivers the oldest message so many times; false if there is none. */
    deliver: async (times: number): Promise<boolean> => {
      const message = waiting.shift();
      if (message === undefined) return false;
      before?.(message);
      for (let time = 0; time < times; time++) await deliver(message);
      return true;
    },
  };
};
