import { listen, type RunningServer } from '../../http/listen.ts';
import { openDatabase } from './database.ts';
import { messageOperations } from './message-operations.ts';
import { moveTaskOperations } from './move-task-operations.ts';
import { queueOperations } from './queue-operations.ts';
import { openQueueService } from './queue-service.ts';
import { serveSqs } from './serve-sqs.ts';
import { tagOperations } from './tag-operations.ts';

export type SqsOptions = {
  /** 0 picks a free one. */
  port: number;
  /** The address to bind to; 127.0.0.1 by default. */
  host?: string | undefined;
  /** Where messages are stored; without it they live in memory. */
  folder?: string | undefined;
  region: string;
  /** Twelve digits; part of each queue's URL and ARN. */
  accountId: string;
  /**
   * Makes messages visible at the start that were in flight: for a stack whose workers end with it,
   * so that no consumer can be processing them.
   */
  releaseInFlight?: boolean | undefined;
  /** Called with each error behind a response of 500, such as a full disk; stderr by default. */
  onError?: (error: unknown) => void;
};

export type RunningSqs = RunningServer & {
  /**
   * Sends a message from within this process, as S3 does for its notifications: it is stored when
   * this returns. A delay may have fractions of a second here. Throws QueueDoesNotExist.
   */
  sendMessage(queueArn: string, body: string, options?: { delayMs?: number }): void;
};

const toStderr = (error: unknown) => console.error('SQS:', error);

/**
 * SQS with standard queues, by the JSON protocol: long polls, delays, visibility timeouts, retention,
 * dead-letter queues and redrive. What was answered survives a kill at any instruction. Rejects where
 * the port is taken (EADDRINUSE), or the folder is in use by another process.
 */
export const startSqs = async (options: SqsOptions): Promise<RunningSqs> => {
  const { port, host, folder, region, accountId, onError = toStderr } = options;
  const service = openQueueService(openDatabase(folder), { region, accountId, now: Date.now });
  const operations = {
    ...queueOperations(service, { accountId }),
    ...messageOperations(service, { accountId }),
    ...moveTaskOperations(service),
    ...tagOperations(service),
  };
  try {
    if (options.releaseInFlight) service.releaseInFlight();
    const server = await listen(serveSqs(operations, onError), { port, host });
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= server.stop().then(service.close);
      return stopping;
    };
    const sendMessage: RunningSqs['sendMessage'] = (queueArn, body, { delayMs = 0 } = {}) =>
      void service.send(service.queues.getByArn(queueArn), [{ body, delayMs }]);
    return { ...server, stop, sendMessage };
  } catch (error) {
    service.close();
    throw error;
  }
};
