import type { Meter } from './capacity/meter.ts';
import type { PartitionGuard } from './capacity/partition-limits.ts';
import type { Catalog } from './storage/catalog.ts';
import type { Database } from './storage/database.ts';

/** What the operations work with. */
export type Engine = {
  database: Database;
  catalog: Catalog;
  meter: Meter;
  partitions: PartitionGuard;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called after each commit that added records to the stream of a table. */
  publish: (tableName: string) => void;
  region: string;
  accountId: string;
};

/** Answers one operation with JSON text. Throws DynamodbError for a refusal. */
export type Operation = (engine: Engine, input: unknown) => string;
