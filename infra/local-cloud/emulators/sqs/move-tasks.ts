import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Transaction } from './database.ts';
import type { Queue } from './queues.ts';

type MoveTask = {
  source_arn: string;
  destination_arn: string | null;
  moved: number;
  started_at: number;
};

/** Message move tasks (redrive). Each ends in the transaction that begins it. */
export const openMoveTasks = (
  database: DatabaseSync,
  transaction: Transaction,
  now: () => number,
) => {
  database.function('new_message_id', () => randomUUID());
  // A redriven message is a new one: it has an id, an age and a receive count of its own.
  // Amazon SQS Developer Guide, "Configure a dead-letter queue redrive".
  const asNew = `message_id = new_message_id(), sent_at = $at, visible_at = $at, receipt = NULL,
    first_received_at = NULL, receive_count = 0, receives_elsewhere = 0, dead_letter_source = NULL`;
  const moveTo = database.prepare(
    `UPDATE messages SET queue_id = $to, ${asNew} WHERE queue_id = $from AND visible_at <= $at`,
  );
  const moveBack = database.prepare(
    `UPDATE messages SET queue_id = $to, ${asNew}
     WHERE queue_id = $from AND visible_at <= $at AND dead_letter_source = $source`,
  );
  const insertTask = database.prepare(
    `INSERT INTO move_tasks (handle, source_arn, destination_arn, moved, started_at)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const selectTasks = database.prepare(
    `SELECT source_arn, destination_arn, moved, started_at FROM move_tasks
     WHERE source_arn = ? ORDER BY started_at DESC, rowid DESC LIMIT ?`,
  );

  return {
    /**
     * Moves what is visible in a dead-letter queue: to one queue, or each message to the queue that
     * it came from. Messages that came from nowhere else stay.
     */
    start(
      from: Queue,
      { destination, sources }: { destination: Queue | undefined; sources: readonly Queue[] },
    ): { handle: string; moved: number } {
      const handle = randomUUID();
      return transaction(() => {
        const $at = now();
        const given = { $from: from.id, $at };
        const moved = destination
          ? Number(moveTo.run({ ...given, $to: destination.id }).changes)
          : sources.reduce(
              (sum, { id, arn }) =>
                sum + Number(moveBack.run({ ...given, $to: id, $source: arn }).changes),
              0,
            );
        insertTask.run(handle, from.arn, destination?.arn ?? null, moved, $at);
        return { handle, moved };
      });
    },

    /** The newest first. */
    list: (sourceArn: string, maxResults: number): MoveTask[] =>
      selectTasks.all(sourceArn, maxResults) as MoveTask[],
  };
};
