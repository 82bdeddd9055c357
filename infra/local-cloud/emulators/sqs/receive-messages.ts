import { randomUUID } from 'node:crypto';
import type { MessageRow, MessageStatements } from './message-statements.ts';
import type { Queue } from './queues.ts';
import type { Receipt } from './receipt-handle.ts';

export type ReceivedMessage = MessageRow & { first_received_at: number; receipt: Receipt };

export type Received = {
  messages: ReceivedMessage[];
  /** Where messages went that had been received too often. */
  deadLetters: Queue | undefined;
};

type Receiving = {
  statements: MessageStatements;
  queue: Queue;
  deadLetters: Queue | undefined;
  at: number;
  maxMessages: number;
  visibilityMs: number;
};

/**
 * Gives what is visible to a receiver, in a transaction that is open: `rows` are the first of it.
 * On the way it deletes what is too old, and moves what was received too often.
 */
export const receiveMessages = (rows: MessageRow[], receiving: Receiving): Received => {
  const { statements, queue, at, maxMessages } = receiving;
  const received: Received = { messages: [], deadLetters: undefined };
  // With a visibility timeout of 0 what was just given could be given again.
  const seen = new Set<number>();
  let limit = maxMessages;
  let next = rows;
  while (next.length > 0) {
    for (const row of next) {
      seen.add(row.sequence);
      receiveOne(row, receiving, received);
    }
    const isLast = next.length < limit;
    limit = maxMessages - received.messages.length;
    if (isLast || limit === 0) break;
    next = statements.selectVisible.all(queue.id, at, limit) as MessageRow[];
    if (next.some(({ sequence }) => seen.has(sequence))) break;
  }
  return received;
};

const receiveOne = (row: MessageRow, receiving: Receiving, received: Received): void => {
  const { statements, queue, deadLetters, at, visibilityMs } = receiving;
  const { sequence } = row;
  const { retentionMs, redrivePolicy } = queue.settings;
  if (row.sent_at < at - retentionMs) {
    statements.removeBySequence.run(sequence);
    return;
  }
  const receives = row.receive_count - row.receives_elsewhere;
  if (deadLetters && redrivePolicy && receives >= redrivePolicy.maxReceiveCount) {
    statements.moveToDeadLetters.run(deadLetters.id, queue.arn, at, sequence);
    received.deadLetters = deadLetters;
    return;
  }
  const nonce = randomUUID();
  const first_received_at = row.first_received_at ?? at;
  const receive_count = row.receive_count + 1;
  const visibleAt = at + visibilityMs;
  statements.markReceived.run(visibleAt, receive_count, first_received_at, nonce, sequence);
  const receipt = { queueId: queue.id, sequence, nonce };
  received.messages.push({ ...row, first_received_at, receive_count, receipt });
};
