import { EventEmitter } from 'node:events';
import { type ListenOptions, listen, type RunningServer } from '../../http/listen.ts';
import type { Meter } from './capacity/meter.ts';
import { httpApi } from './http-api.ts';
import { type EngineOptions, openEngine } from './open-engine.ts';
import { startSweeper, sweepSteps } from './sweeper.ts';

export type DynamodbOptions = ListenOptions &
  EngineOptions & {
    /** How often expired items are removed. DynamoDB itself may take two days. */
    sweepEveryMs?: number | undefined;
    /** Called with errors that should not happen, such as a full disk; writes to stderr by default. */
    report?: ((error: unknown) => void) | undefined;
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
  const { sweepEveryMs = 60_000 } = options;
  const { report = (error: unknown) => console.error('DynamoDB:', error) } = options;
  const published = new EventEmitter().setMaxListeners(0);
  const publish = (tableName: string) => void published.emit(tableName);
  const engine = openEngine({ ...options, publish });

  const serve = httpApi(engine, report);
  const server = await listen(serve, options).catch((error: unknown) => {
    engine.database.close();
    throw error;
  });
  const sweeper = startSweeper(engine, { everyMs: sweepEveryMs, report });
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    sweeper.stop();
    await server.stop();
    engine.database.close();
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
