import type { ReceivedMessage } from './receive-messages.ts';

type Waiting = {
  receive: () => ReceivedMessage[];
  resolve: (messages: ReceivedMessage[]) => void;
  reject: (error: unknown) => void;
};

type WaitOptions = {
  queueId: number;
  waitMs: number;
  /** Takes what is visible in the queue now. */
  receive: () => ReceivedMessage[];
  /** The client is gone: nothing may be given to it any more. */
  signal: AbortSignal;
};

/**
 * Long polls. The longest-waiting receiver is served first, when a message is sent, given back or
 * becomes visible by itself; for that there is one timer per queue with receivers, set to the
 * moment.
 */
export const openWaitingReceivers = (
  nextVisibleAt: (queueId: number) => number | undefined,
  now: () => number,
) => {
  const byQueue = new Map<number, Set<Waiting>>();
  const timers = new Map<number, NodeJS.Timeout>();

  const setTimer = (queueId: number): void => {
    clearTimeout(timers.get(queueId));
    timers.delete(queueId);
    const at = byQueue.has(queueId) ? nextVisibleAt(queueId) : undefined;
    if (at === undefined) return;
    timers.set(
      queueId,
      setTimeout(() => notify(queueId), Math.max(1, at - now())),
    );
  };

  /** Serves those who wait at a queue in which something may have become visible. */
  const notify = (queueId: number): void => {
    const waiting = byQueue.get(queueId);
    if (!waiting) return;
    try {
      for (const one of waiting) {
        const messages = one.receive();
        if (messages.length === 0) break;
        one.resolve(messages);
      }
      setTimer(queueId);
    } catch (error) {
      rejectAll(queueId, error);
    }
  };

  const rejectAll = (queueId: number, error: unknown): void => {
    for (const one of byQueue.get(queueId) ?? []) one.reject(error);
  };

  const wait = ({ queueId, waitMs, receive, signal }: WaitOptions): Promise<ReceivedMessage[]> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(deadline);
        signal.removeEventListener('abort', giveUp);
        const others = byQueue.get(queueId);
        others?.delete(one);
        if (others?.size === 0) {
          byQueue.delete(queueId);
          setTimer(queueId);
        }
      };
      const one: Waiting = {
        receive,
        resolve: (messages) => {
          leave();
          resolve(messages);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      const giveUp = () => one.resolve([]);
      const deadline = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp);
      const waiting = byQueue.get(queueId) ?? new Set();
      byQueue.set(queueId, waiting.add(one));
      if (waiting.size === 1) setTimer(queueId);
    });

  return {
    wait,
    notify,
    rejectAll,
    /** Answers every waiting request with no messages. */
    close: (): void => {
      for (const waiting of [...byQueue.values()]) for (const one of waiting) one.resolve([]);
    },
  };
};
