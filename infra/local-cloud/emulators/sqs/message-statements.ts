import type { DatabaseSync } from 'node:sqlite';

/** Every statement on the table `messages`, prepared. */
export const prepareMessageStatements = (database: DatabaseSync) => ({
  insert: database.prepare(
    `INSERT INTO messages (queue_id, message_id, body, body_md5, attributes, trace_header, group_id,
       sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  selectVisible: database.prepare(
    `SELECT sequence, message_id, body, body_md5, attributes, trace_header, group_id,
       dead_letter_source, sent_at, first_received_at, receive_count, receives_elsewhere
     FROM messages WHERE queue_id = ? AND visible_at <= ? ORDER BY visible_at, sequence LIMIT ?`,
  ),
  selectByReceipt: database.prepare(
    'SELECT visible_at FROM messages WHERE sequence = ? AND receipt = ?',
  ),
  selectNextVisibleAt: database.prepare(
    'SELECT min(visible_at) AS at FROM messages WHERE queue_id = ?',
  ),
  countVisible: database.prepare(
    'SELECT count(*) AS visible FROM messages WHERE queue_id = ? AND visible_at <= ?',
  ),
  countHidden: database.prepare(
    `SELECT count(receipt) AS inFlight, count(*) - count(receipt) AS delayed
     FROM messages WHERE queue_id = ? AND visible_at > ?`,
  ),
  markReceived: database.prepare(
    `UPDATE messages SET visible_at = ?, receive_count = ?, first_received_at = ?, receipt = ?
     WHERE sequence = ?`,
  ),
  moveToDeadLetters: database.prepare(
    `UPDATE messages SET queue_id = ?, dead_letter_source = ?, visible_at = ?, receipt = NULL,
       receives_elsewhere = receive_count WHERE sequence = ?`,
  ),
  updateVisibility: database.prepare(
    'UPDATE messages SET visible_at = ? WHERE sequence = ? AND receipt = ?',
  ),
  releaseInFlight: database.prepare(
    `UPDATE messages SET visible_at = min(visible_at, ?), receipt = NULL WHERE receipt IS NOT NULL`,
  ),
  removeBySequence: database.prepare('DELETE FROM messages WHERE sequence = ?'),
  removeByReceipt: database.prepare('DELETE FROM messages WHERE sequence = ? AND receipt = ?'),
  removeExpired: database.prepare('DELETE FROM messages WHERE queue_id = ? AND sent_at < ?'),
  removeAll: database.prepare('DELETE FROM messages WHERE queue_id = ?'),
});

export type MessageStatements = ReturnType<typeof prepareMessageStatements>;

/** What `selectVisible` gives. Times are milliseconds since 1970. */
export type MessageRow = {
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
  /** Across all queues, as SQS counts it. */
  receive_count: number;
  /** Those in the queues where it was before: they do not count against a redrive policy here. */
  receives_elsewhere: number;
};
