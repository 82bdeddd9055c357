import type {
  BatchQueues,
  CloseMessage,
  ExpandMessage,
  ImportMessage,
  WebhookMessage,
} from '#lib/batches/messages.ts';

/** Messages that nobody has taken yet, oldest first. Shifting one off is being done with it. */
export type WaitingForBatchWorkers = {
  expand: ExpandMessage[];
  import: ImportMessage[];
  close: CloseMessage[];
  webhook: { message: WebhookMessage; delaySeconds: number }[];
};

/** Workers of batches who do nothing until a test takes their messages. */
export const inMemoryBatchQueues = (): BatchQueues & { waiting: WaitingForBatchWorkers } => {
  const waiting: WaitingForBatchWorkers = { expand: [], import: [], close: [], webhook: [] };
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
