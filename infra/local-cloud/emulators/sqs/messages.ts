import { hash, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Transaction } from './database.ts';
import { type MessageRow, prepareMessageStatements } from './message-statements.ts';
import type { Queue } from './queues.ts';
import type { Receipt } from './receipt-handle.ts';
import { type Received, receiveMessages } from './receive-messages.ts';

export type NewMessage = {
  body: string;
  /** Message attributes as JSON. */
  attributes?: string | undefined;
  traceHeader?: string | undefined;
  groupId?: string | undefined;
  delayMs: number;
};

type Limits = { maxMessages: number; visibilityMs: number };

export type Counts = { visible: number; inFlight: number; delayed: number };

const sweepEveryMs = 60_000;

/**
 * The messages of all queues. Each change is one transaction, committed when the function returns:
 * a message is in exactly one queue at any moment, also while it moves to the dead letters.
 */
export const openMessages = (
  database: DatabaseSync,
  transaction: Transaction,
  now: () => number,
) => {
  const statements = prepareMessageStatements(database);

  const sweptAt = new Map<number, number>();
  const removeExpiredNowAndThen = ({ id, settings }: Queue, at: number): void => {
    if (at - (sweptAt.get(id) ?? Number.NEGATIVE_INFINITY) < sweepEveryMs) return;
    statements.removeExpired.run(id, at - settings.retentionMs);
    sweptAt.set(id, at);
  };

  const send = (queue: Queue, message: NewMessage): { messageId: string; bodyMd5: string } => {
    const { body, attributes = null, traceHeader = null, groupId = null, delayMs } = message;
    const messageId = randomUUID();
    const bodyMd5 = hash('md5', body);
    const at = now();
    const given = [body, bodyMd5, attributes, traceHeader, groupId, at, at + delayMs];
    statements.insert.run(queue.id, messageId, ...given);
    return { messageId, bodyMd5 };
  };

  /** `deadLetters` is where messages go that were received too often; without it, they stay. */
  const receive = (queue: Queue, deadLetters: Queue | undefined, limits: Limits): Received => {
    const at = now();
    removeExpiredNowAndThen(queue, at);
    const rows = statements.selectVisible.all(queue.id, at, limits.maxMessages) as MessageRow[];
    if (rows.length === 0) return { messages: [], deadLetters: undefined };
    const receiving = { statements, queue, deadLetters, at, ...limits };
    return transaction(() => receiveMessages(rows, receiving));
  };

  /** What there is to change: `gone` is deleted, or was received again since. */
  const changeVisibility = (
    { sequence, nonce }: Receipt,
    visibilityMs: number,
  ): 'changed' | 'gone' | 'not-in-flight' => {
    const at = now();
    const row = statements.selectByReceipt.get(sequence, nonce);
    if (!row) return 'gone';
    if (Number(row['visible_at']) <= at) return 'not-in-flight';
    statements.updateVisibility.run(at + visibilityMs, sequence, nonce);
    return 'changed';
  };

  const count = (queue: Queue): Counts => {
    const at = now();
    removeExpiredNowAndThen(queue, at);
    const { visible } = statements.countVisible.get(queue.id, at) as Pick<Counts, 'visible'>;
    const hidden = statements.countHidden.get(queue.id, at) as Omit<Counts, 'visible'>;
    return { visible, ...hidden };
  };

  return {
    send,
    receive,
    changeVisibility,
    count,
    sendAll: (queue: Queue, messages: readonly NewMessage[]) =>
      transaction(() => messages.map((message) => send(queue, message))),
    /** A receipt that is no longer the message's own deletes nothing. */
    remove: ({ sequence, nonce }: Receipt): void =>
      void statements.removeByReceipt.run(sequence, nonce),
    removeAll: (queue: Queue): void => void statements.removeAll.run(queue.id),
    /**
     * When the first message becomes visible, or became: it may do so between a receive that found
     * nothing and this call, and a receiver that then waits must not miss it.
     */
    nextVisibleAt: (queueId: number): number | undefined =>
      (statements.selectNextVisibleAt.get(queueId) as { at: number | null }).at ?? undefined,
    /** Makes visible what was in flight. A delayed message stays delayed. */
    releaseInFlight: (): void => void statements.releaseInFlight.run(now()),
  };
};
