import type {
  BatchQueues,
  CloseMessage,
  ExpandMessage,
  ImportMessage,
  WebhookMessage,
} from '#lib/batches/messages.ts';

/** Messages in the queues, oldest first. Shifting one is receiving and deleting it. */
export type BatchMessages = {
  expand: ExpandMessage[];
  import: ImportMessage[];
  close: CloseMessage[];
  webhook: { message: WebhookMessage; delaySeconds: number }[];
};

/** The queues of the batch workers; a test delivers their messages. */
export const inMemoryBatchQueues = (): BatchQueues & { waiting: BatchMessages } => {
  const waiting: BatchMessages = { expand: [], import: [], close: [], webhook: [] };
  return {
    waiting,
    expand: async (message) => void waiting.expand.push({ ...message }),
    async import(messages) {
      for (const message of messages) waiting.import.push({ ...message });
    },
    close: async (message) => void waiting.close.push({ ...message }),
    sendWebhook: async (message, delaySeconds) =>
      void waiting.webhook.push({ message: { ...message }, delaySeconds }),
    areIdle: async () =>
      [waiting.expand, waiting.import, waiting.close].every(({ length }) => length === 0),
  };
};
