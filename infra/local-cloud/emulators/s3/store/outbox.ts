import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import type { ObjectEvent } from '../s3-event.ts';
import type { Database } from './open-database.ts';

/** Sends an event. If it rejects, it is called again with the same event, later. */
export type OnEvent = (bucket: string, event: ObjectEvent) => Promise<void>;

export type Outbox = {
  /** Stores an event in the transaction that is open; `send` must follow when it is committed. */
  add(bucket: string, event: Omit<ObjectEvent, 'sequencer'>): void;
  /** Begins to send what waits. */
  send(): void;
  /** Sends no more; resolves when the sends under way have ended, or after two seconds. */
  stop(): Promise<void>;
};

const maxConcurrentSends = 16;
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
const maxStopMs = 2_000; // a send that takes longer is repeated at the next start

const Row = z.object({
  id: z.number(),
  bucket: z.string(),
  event: z.string(),
  attempts: z.number(),
});
type Row = z.infer<typeof Row>;
const Event = z.object({
  name: z.string(),
  key: z.string(),
  sizeBytes: z.number(),
  etag: z.string(),
  at: z.number(),
});

/**
 * Events are committed with the change they describe, sent afterwards, and forgotten once the send
 * has succeeded: each is sent at least once, whenever the process is killed.
 */
export const openOutbox = (
  { sqlite }: Database,
  { onEvent, onError }: { onEvent: OnEvent; onError: (error: unknown) => void },
): Outbox => {
  const rows = outboxRows(sqlite);
  rows.makeAllDue(); // a start tries all of them at once

  const sending = new Map<number, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined; // who wrote is to be answered first
  let isStopped = false;
  let isClosed = false;

  const sendRow = async (row: Row): Promise<void> => {
    try {
      await onEvent(row.bucket, { ...parseEvent(row.event), sequencer: toSequencer(row.id) });
      if (!isClosed) rows.remove(row.id);
    } catch (error) {
      if (isClosed) return;
      onError(error);
      await tryAgainLater(rows, row, onError);
    } finally {
      sending.delete(row.id);
      if (!isStopped) sendDue();
    }
  };
  const wakeAfter = (delayMs: number): void => {
    clearTimeout(timer);
    timer = globalThis.setTimeout(sendDue, delayMs);
    timer.unref();
  };
  const sendDue = (): void => {
    const free = maxConcurrentSends - sending.size;
    if (isStopped || free <= 0) return;
    try {
      const now = Date.now();
      const due = rows.due(now, maxConcurrentSends);
      for (const row of due.filter(({ id }) => !sending.has(id)).slice(0, free)) {
        sending.set(row.id, sendRow(row));
      }
      const dueAt = rows.nextDueAt(now);
      if (dueAt !== undefined) wakeAfter(dueAt - now);
    } catch (error) {
      onError(error); // the database cannot be read now
      wakeAfter(maxBackoffMs);
    }
  };

  return {
    add: (bucket, event) => rows.add(bucket, JSON.stringify(event)),
    send: () => {
      soon ??= setImmediate(() => {
        soon = undefined;
        sendDue();
      });
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      clearImmediate(soon);
      const sent = Promise.all(sending.values());
      await Promise.race([sent, setTimeout(maxStopMs, undefined, { ref: false })]);
      isClosed = true;
    },
  };
};

type OutboxRows = ReturnType<typeof outboxRows>;

const tryAgainLater = async (
  rows: OutboxRows,
  { id, attempts }: Row,
  onError: (error: unknown) => void,
): Promise<void> => {
  const backoffMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** attempts);
  try {
    rows.postpone(id, attempts + 1, Date.now() + backoffMs);
  } catch (error) {
    onError(error); // the disk is full: wait here, as one of the sends under way
    await setTimeout(backoffMs, undefined, { ref: false });
  }
};

const outboxRows = (sqlite: Database['sqlite']) => {
  const insert = sqlite.prepare('INSERT INTO outbox (bucket, event) VALUES (?, ?)');
  const due = sqlite.prepare(
    'SELECT id, bucket, event, attempts FROM outbox WHERE due_at <= ? ORDER BY due_at, id LIMIT ?',
  );
  const next = sqlite.prepare('SELECT min(due_at) AS due_at FROM outbox WHERE due_at > ?');
  const remove = sqlite.prepare('DELETE FROM outbox WHERE id = ?');
  const postpone = sqlite.prepare('UPDATE outbox SET attempts = ?, due_at = ? WHERE id = ?');
  return {
    add: (bucket: string, event: string): void => void insert.run(bucket, event),
    due: (now: number, limit: number): Row[] => z.array(Row).parse(due.all(now, limit)),
    /** Undefined if none waits for later. */
    nextDueAt: (now: number): number | undefined => {
      const dueAt = next.get(now)?.['due_at'];
      return typeof dueAt === 'number' ? dueAt : undefined;
    },
    remove: (id: number): void => void remove.run(id),
    postpone: (id: number, attempts: number, dueAt: number): void =>
      void postpone.run(attempts, dueAt, id),
    makeAllDue: (): void => sqlite.exec('UPDATE outbox SET due_at = 0 WHERE due_at > 0'),
  };
};

const parseEvent = (json: string) =>
  Event.parse(JSON.parse(json)) as Omit<ObjectEvent, 'sequencer'>;

// Compared as text, a later event has the greater sequencer; sent again, an event has its own.
const toSequencer = (id: number) => id.toString(16).toUpperCase().padStart(18, '0');
