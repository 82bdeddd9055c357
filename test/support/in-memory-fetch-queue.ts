import type { FetchMessage, FetchQueue } from '#lib/images/messages.ts';

/** The queue in front of fetch-image; a test delivers its messages. */
export const inMemoryFetchQueue = (): FetchQueue & {
  /** Messages in the queue, oldest first. */
  messages: FetchMessage[];
} => {
  const messages: FetchMessage[] = [];
  return {
    messages,
    enqueue: async (message) => void messages.push({ ...message }),
    isIdle: async () => messages.length === 0,
  };
};
