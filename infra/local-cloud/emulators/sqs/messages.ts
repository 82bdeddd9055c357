import { hash, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Transaction } from './database.ts';
import type { Queue } from './queues.ts';
import type { Receipt } from './receipt-handle.ts';

export type NewMessage = {
  body: string;
  /** Message attributes as JSON. */
  attributes?: string | undefined;
  traceHeader?: string | undefined;
  groupId?: string | undefined;
  delayMs: number;
};

/** A row of the table `messages`. Times are milliseconds since 1970. */
type Row = {
  sequence: number;
  message_id: string;
  body: string;
  body_md5: string;
  attributes: string | null;
  trace_header: string | null;
  group_id: string | null;
  dead_letter_source: string | null;
  sent_at: number;
  first_received_at: number | null;
  receive_count: number;
};

export type ReceivedMessage = Row & { first_received_at: number; receipt: Receipt };

export type Taken = {
  messages: ReceivedMessage[];
  /** Where messages went that had been received too often. */
  deadLetters: Queue | undefined;
};

type Limits = { maxMessages: number; visibilityMs: number };

export type Counts = { visible: number; inFlight: number; delayed: number };

const sweepEveryMs = 60_000;

export type Messages = ReturnType<typeof openMessages>;

/**
 * The messages of all queues. Each change is one transaction, committed when the function returns:
 * a message is in exactly one queue at any moment, also while it moves to the dead letters.
 */
export const openMessages = (
  database: DatabaseSync,
  transaction: Transaction,
  findDeadLetters: (queue: Queue) => Queue | undefined,
  now: () => number,
) => {
  const insert = database.prepare(
    `INSERT INTO messages (queue_id, message_id, body, body_md5, attributes, trace_header, group_id,
       sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const selectVisible = database.prepare(
    `SELECT sequence, message_id, body, body_md5, attributes, trace_header, group_id,
       dead_letter_source, sent_at, first_received_at, receive_count
     FROM messages WHERE queue_id = ? AND visible_at <= ? ORDER BY visible_at, sequence LIMIT ?`,
  );
  const markReceived = database.prepare(
    `UPDATE messages SET visible_at = ?, receive_count = ?, first_received_at = ?, receipt = ?
     WHERE sequence = ?`,
  );
  const moveToDeadLetters = database.prepare(
    `UPDATE messages SET queue_id = ?, dead_letter_source = ?, visible_at = ?, receipt = NULL
     WHERE sequence = ?`,
  );
  const removeBySequence = database.prepare('DELETE FROM messages WHERE sequence = ?');
  const removeByReceipt = database.prepare(
    'DELETE FROM messages WHERE sequence = ? AND receipt = ?',
  );
  const removeExpired = database.prepare('DELETE FROM messages WHERE queue_id = ? AND sent_at < ?');
  const removeAll = database.prepare('DELETE FROM messages WHERE queue_id = ?');
  const selectByReceipt = database.prepare(
    'SELECT visible_at FROM messages WHERE sequence = ? AND receipt = ?',
  );
  const updateVisibility = database.prepare(
    'UPDATE messages SET visible_at = ? WHERE sequence = ? AND receipt = ?',
  );
  const selectNext = database.prepare(
    'SELECT min(visible_at) AS at FROM messages WHERE queue_id = ? AND visible_at > ?',
  );
  const countVisible = database.prepare(
    'SELECT count(*) AS visible FROM messages WHERE queue_id = ? AND visible_at <= ?',
  );
  const countHidden = database.prepare(
    `SELECT count(receipt) AS inFlight, count(*) - count(receipt) AS delayed
     FROM messages WHERE queue_id = ? AND visible_at > ?`,
  );

  const sweptAt = new Map<number, number>();
  const removeExpiredNowAndThen = ({ id, settings }: Queue, at: number): void => {
    if (at - (sweptAt.get(id) ?? Number.NEGATIVE_INFINITY) < sweepEveryMs) return;
    removeExpired.run(id, at - settings.retentionMs);
    sweptAt.set(id, at);
  };

  /** Gives one message to the receiver, unless it is too old or was received too often. */
  const receiveOne = (queue: Queue, row: Row, at: number, visibilityMs: number, taken: Taken) => {
    const { sequence } = row;
    const { retentionMs, redrivePolicy } = queue.settings;
    if (row.sent_at < at - retentionMs) {
      removeBySequence.run(sequence);
      return;
    }
    if (redrivePolicy && row.receive_count >= redrivePolicy.maxReceiveCount) {
      const deadLetters = findDeadLetters(queue);
      if (deadLetters && deadLetters.id !== queue.id) {
        moveToDeadLetters.run(deadLetters.id, queue.arn, at, sequence);
        taken.deadLetters = deadLetters;
        return;
      }
    }
    const nonce = randomUUID();
    const first_received_at = row.first_received_at ?? at;
    const receive_count = row.receive_count + 1;
    markReceived.run(at + visibilityMs, receive_count, first_received_at, nonce, sequence);
    const receipt = { queueId: queue.id, sequence, nonce };
    taken.messages.push({ ...row, first_received_at, receive_count, receipt });
  };

  const send = (queue: Queue, message: NewMessage): { messageId: string; bodyMd5: string } => {
    const { body, attributes = null, traceHeader = null, groupId = null, delayMs } = message;
    const messageId = randomUUID();
    const bodyMd5 = hash('md5', body);
    const at = now();
    const given = [body, bodyMd5, attributes, traceHeader, groupId, at, at + delayMs];
    insert.run(queue.id, messageId, ...given);
    return { messageId, bodyMd5 };
  };

  return {
    send,
    sendAll: (queue: Queue, messages: readonly NewMessage[]) =>
      transaction(() => messages.map((message) => send(queue, message))),

    receive(queue: Queue, { maxMessages, visibilityMs }: Limits): Taken {
      const at = now();
      removeExpiredNowAndThen(queue, at);
      const taken: Taken = { messages: [], deadLetters: undefined };
      const select = (limit: number) => selectVisible.all(queue.id, at, limit) as Row[];
      let rows = select(maxMessages);
      if (rows.length === 0) return taken;
      transaction(() => {
        // With a visibility timeout of 0 what was just given could be given again.
        const given = new Set<number>();
        let limit = maxMessages;
        while (rows.length > 0) {
          for (const row of rows) {
            given.add(row.sequence);
            receiveOne(queue, row, at, visibilityMs, taken);
          }
          const isLast = rows.length < limit;
          limit = maxMessages - taken.messages.length;
          rows = isLast || limit === 0 ? [] : select(limit);
          if (rows.some(({ sequence }) => given.has(sequence))) break;
        }
      });
      return taken;
    },

    /** A receipt that is no longer the message's own deletes nothing. */
    remove: ({ sequence, nonce }: Receipt): void => void removeByReceipt.run(sequence, nonce),
    removeAll: (queue: Queue): void => void removeAll.run(queue.id),

    /** What there is to change: `gone` is deleted, or was received again since. */
    changeVisibility(
      { sequence, nonce }: Receipt,
      visibilityMs: number,
    ): 'changed' | 'gone' | 'not-in-flight' {
      const at = now();
      const row = selectByReceipt.get(sequence, nonce) as { visible_at: number } | undefined;
      if (!row) return 'gone';
      if (row.visible_at <= at) return 'not-in-flight';
      updateVisibility.run(at + visibilityMs, sequence, nonce);
      return 'changed';
    },

    /** When a message that is hidden now becomes visible. */
    nextVisibleAt: (queueId: number): number | undefined =>
      (selectNext.get(queueId, now()) as { at: number | null }).at ?? undefined,

    count(queue: Queue): Counts {
      const at = now();
      removeExpiredNowAndThen(queue, at);
      const { visible } = countVisible.get(queue.id, at) as Pick<Counts, 'visible'>;
      return { visible, ...(countHidden.get(queue.id, at) as Omit<Counts, 'visible'>) };
    },

    /** Makes visible what was in flight. A delayed message stays delayed. */
    releaseInFlight: (): void =>
      void database
        .prepare(
          `UPDATE messages SET visible_at = min(visible_at, ?), receipt = NULL
           WHERE receipt IS NOT NULL`,
        )
        .run(now()),
  };
};
