import type { DatabaseSync } from 'node:sqlite';
import { prepareTransaction } from './database.ts';
import { type NewMessage, openMessages } from './messages.ts';
import { openMoveTasks } from './move-tasks.ts';
import { openQueues, type Queue } from './queues.ts';
import { parseReceiptHandle } from './receipt-handle.ts';
import type { ReceivedMessage } from './receive-messages.ts';
import { SqsError } from './sqs-error.ts';
import { openWaitingReceivers } from './waiting-receivers.ts';

export type QueueService = ReturnType<typeof openQueueService>;

export type ReceiveRequest = {
  maxMessages: number;
  visibilityMs: number;
  waitMs: number;
  signal: AbortSignal;
};

export type ServiceOptions = {
  region: string;
  accountId: string;
  /** Milliseconds since 1970. */
  now: () => number;
};

/** Queues, their messages, and those who wait for them. */
export const openQueueService = (database: DatabaseSync, options: ServiceOptions) => {
  const { now } = options;
  const transaction = prepareTransaction(database);
  const queues = openQueues(database, transaction, options);
  const messages = openMessages(database, transaction, now);
  const moveTasks = openMoveTasks(database, transaction, now);
  const receivers = openWaitingReceivers(messages.nextVisibleAt, now);

  const receiveVisible = (queueName: string, limits: ReceiveRequest): ReceivedMessage[] => {
    // By its name each time: attributes may change while a receiver waits.
    const queue = queues.get(queueName);
    const received = messages.receive(queue, queues.findDeadLetters(queue), limits);
    if (received.deadLetters) receivers.notify(received.deadLetters.id);
    return received.messages;
  };

  return {
    queues,
    moveTasks,
    count: messages.count,
    releaseInFlight: messages.releaseInFlight,

    /** All of them are stored, or none. */
    send(queue: Queue, given: readonly NewMessage[]) {
      const [first] = given;
      const sent =
        first && given.length === 1
          ? [messages.send(queue, first)]
          : messages.sendAll(queue, given);
      receivers.notify(queue.id);
      return sent;
    },

    /** Waits for the first message; does not wait until there are `maxMessages`. */
    async receive(queue: Queue, request: ReceiveRequest): Promise<ReceivedMessage[]> {
      const { waitMs, signal } = request;
      if (signal.aborted) return [];
      const found = receiveVisible(queue.name, request);
      if (found.length > 0) receivers.notify(queue.id); // what is hidden now comes back sometime
      if (found.length > 0 || waitMs === 0) return found;
      const receive = () => receiveVisible(queue.name, request);
      return receivers.wait({ queueId: queue.id, waitMs, receive, signal });
    },

    /** Several changes in one transaction. */
    together: transaction,

    /** Throws ReceiptHandleIsInvalid. */
    delete: (queue: Queue, handle: string): void =>
      messages.remove(parseReceiptHandle(handle, queue.id)),

    /** Throws ReceiptHandleIsInvalid, InvalidParameterValue, or MessageNotInflight. */
    changeVisibility(queue: Queue, handle: string, visibilityMs: number): void {
      const receipt = parseReceiptHandle(handle, queue.id);
      const outcome = messages.changeVisibility(receipt, visibilityMs);
      if (outcome === 'gone')
        throw new SqsError(
          'InvalidParameterValue',
          `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist ` +
            'or is not available for visibility timeout change.',
        );
      if (outcome === 'not-in-flight')
        throw new SqsError('MessageNotInflight', 'The specified message is not in flight.');
      receivers.notify(queue.id);
    },

    purge: messages.removeAll,

    deleteQueue(queue: Queue): void {
      queues.remove(queue);
      receivers.rejectAll(
        queue.id,
        new SqsError('QueueDoesNotExist', 'The specified queue does not exist.'),
      );
    },

    startMoveTask(from: Queue, destination: Queue | undefined) {
      const sources = queues.listSources(from);
      if (sources.length === 0)
        throw new SqsError(
          'InvalidParameterValue',
          'Source queue must be configured as a Dead Letter Queue.',
        );
      const task = moveTasks.start(from, { destination, sources });
      for (const { id } of destination ? [destination] : sources) receivers.notify(id);
      return task;
    },

    close(): void {
      receivers.close();
      database.close();
    },
  };
};
