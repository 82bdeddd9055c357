import { EventEmitter } from 'node:events';
import { type ListenOptions, listen, type RunningServer } from '../../http/listen.ts';
import { type Meter, startMeter } from './capacity/meter.ts';
import { type PartitionLimits, partitionGuard } from './capacity/partition-limits.ts';
import type { Engine } from './engine.ts';
import { httpApi } from './http-api.ts';
import { openCatalog } from './storage/catalog.ts';
import { openDatabase } from './storage/database.ts';
import { startSweeper, sweepSteps } from './sweeper.ts';

export type DynamodbOptions = ListenOptions & {
  /** Without one the tables live in memory. */
  folder?: string | undefined;
  /** How often expired items are removed. DynamoDB itself may take two days. */
  sweepEveryMs?: number | undefined;
  /** Makes hot partition keys visible: a request beyond a limit is throttled. */
  partitionLimits?: PartitionLimits | undefined;
  /** They stand in the ARNs of tables and streams. */
  region?: string | undefined;
  accountId?: string | undefined;
  /** Told of what should not happen, such as a full disk; writes to stderr by default. */
  report?: ((error: unknown) => void) | undefined;
  /** The clock, in milliseconds since 1970. */
  now?: (() => number) | undefined;
};

export type RunningDynamodb = RunningServer & {
  meter: Meter;
  /**
   * Calls `listener` after each commit that added records to the stream of a table, so that a reader
   * need not poll. It must not throw. Returns what ends it.
   */
  onStreamRecords(tableName: string, listener: () => void): () => void;
  /** Removes at once what has expired: items, stream records, request tokens. */
  sweep(): void;
};

/**
 * DynamoDB with streams on SQLite. An item, its index entries and its stream record are one commit;
 * what was answered survives SIGKILL. Rejects with Node's error where the port cannot be had, and
 * with SQLite's where another process has the folder.
 */
export const startDynamodb = async (options: DynamodbOptions): Promise<RunningDynamodb> => {
  const { folder, sweepEveryMs = 60_000, partitionLimits, now = Date.now } = options;
  const { region = 'us-east-1', accountId = '000000000000' } = options;
  const { report = (error: unknown) => console.error('DynamoDB:', error) } = options;
  const database = openDatabase(folder);
  const published = new EventEmitter().setMaxListeners(0);
  const engine: Engine = {
    database,
    catalog: openCatalog(database, now),
    meter: startMeter(),
    partitions: partitionGuard(partitionLimits),
    now,
    publish: (tableName) => void published.emit(tableName),
    region,
    accountId,
  };

  const serve = httpApi(engine, report);
  const server = await listen(serve, options).catch((error: unknown) => {
    database.close();
    throw error;
  });
  const sweeper = startSweeper(engine, { everyMs: sweepEveryMs, report });
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    sweeper.stop();
    await server.stop();
    database.close();
  };
  return {
    ...server,
    meter: engine.meter,
    onStreamRecords: (tableName, listener) => {
      published.on(tableName, listener);
      return () => void published.off(tableName, listener);
    },
    sweep: () => {
      for (const _ of sweepSteps(engine));
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
};
