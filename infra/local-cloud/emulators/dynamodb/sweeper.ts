import { setTimeout } from 'node:timers/promises';
import type { Item } from './attributes/attribute-value.ts';
import type { Engine } from './engine.ts';
import { commitWrites } from './operations/commit-writes.ts';
import type { Table } from './storage/catalog.ts';
import { getSqlTable } from './storage/item-store.ts';
import { encodeKey } from './storage/key-values.ts';
import { requestTokens } from './storage/request-tokens.ts';
import { pickKey } from './storage/table-definition.ts';
import { retentionMs } from './streams/stream-operations.ts';

type SweeperOptions = { everyMs: number; report: (error: unknown) => void };

const itemsPerStep = 50;
const restsPerStep = 9; // a tenth of one processor, however much has expired
/** DynamoDB leaves alone what would have expired longer ago: it may be no time at all. */
const maxAgeSeconds = 5 * 365 * 24 * 60 * 60;

/**
 * Removes expired items, stream records older than a day and old request tokens until it is
 * stopped, in short steps with rests between them.
 */
export const startSweeper = (engine: Engine, options: SweeperOptions): { stop(): void } => {
  const ending = new AbortController();
  const { signal } = ending;
  const rest = (ms: number) => setTimeout(ms, undefined, { ref: false, signal });
  const sweepOnce = async (): Promise<void> => {
    const steps = sweepSteps(engine);
    for (;;) {
      const startedAt = performance.now();
      if (steps.next().done) return;
      await rest((performance.now() - startedAt) * restsPerStep);
    }
  };
  const sweepForever = async (): Promise<void> => {
    for (;;) {
      await rest(options.everyMs);
      await sweepOnce().catch((error: unknown) => signal.aborted || options.report(error));
    }
  };
  sweepForever().catch(() => {}); // only a rest rejects, when the sweeper is stopped
  return { stop: () => ending.abort() };
};

/** The steps of one sweep: each is one call of `next`, and short. */
export function* sweepSteps(engine: Engine): Generator<void> {
  for (const { definition } of engine.catalog.list())
    if (definition.ttlAttribute !== undefined) yield* sweepTable(engine, definition.name);
  const oldest = engine.now() - retentionMs;
  for (const stream of engine.catalog.streams()) {
    const { id, disabledAt } = stream.definition;
    if (disabledAt !== undefined && disabledAt < oldest) engine.catalog.removeStream(id);
    else yield* trimStream(stream, oldest);
  }
  requestTokens(engine.database, engine.now).trim();
  yield;
}

function* sweepTable(engine: Engine, name: string): Generator<void> {
  for (;;) {
    const table = engine.catalog.find(name); // as it is now: it may be gone, or be another
    if (table?.definition.ttlAttribute === undefined) return;
    if (removeExpired(engine, table) < itemsPerStep) return;
    yield;
  }
}

/** Removes some of the items that have expired; returns how many. */
const removeExpired = (engine: Engine, table: Table): number => {
  const now = Math.floor(engine.now() / 1000);
  const rows = engine.database
    .prepare(
      `SELECT item FROM ${getSqlTable(table.definition)}
        WHERE expires IS NOT NULL AND expires < ? AND expires > ? ORDER BY expires LIMIT ${itemsPerStep}`,
    )
    .all(now, now - maxAgeSeconds) as unknown as [string][];
  const writes = rows.map(([text]) => {
    const keyItem = pickKey(JSON.parse(text) as Item, table.definition.key);
    const key = encodeKey(keyItem, table.definition.key);
    return { table, key, keyItem, before: table.items.find(key), after: undefined };
  });
  commitWrites(engine, writes, { isExpiry: true });
  return rows.length;
};

function* trimStream(stream: { trim(before: number): number }, before: number): Generator<void> {
  while (stream.trim(before) > 0) yield;
}
