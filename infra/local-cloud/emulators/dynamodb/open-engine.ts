import { startMeter } from './capacity/meter.ts';
import { type PartitionLimits, partitionGuard } from './capacity/partition-limits.ts';
import type { Engine } from './engine.ts';
import { openCatalog } from './storage/catalog.ts';
import { openDatabase } from './storage/database.ts';

export type EngineOptions = {
  /** Without one the tables live in memory. */
  folder?: string | undefined;
  /** Makes hot partition keys visible: a request beyond a limit is throttled. */
  partitionLimits?: PartitionLimits | undefined;
  /** They stand in the ARNs of tables and streams. */
  region?: string | undefined;
  accountId?: string | undefined;
  /** The clock, in milliseconds since 1970. */
  now?: (() => number) | undefined;
};

/** Opens the tables and streams in a folder. Throws SQLite's error where another process has it. */
export const openEngine = (
  options: EngineOptions & { publish?: Engine['publish'] } = {},
): Engine => {
  const { folder, partitionLimits, now = Date.now, publish = () => {} } = options;
  const { region = 'us-east-1', accountId = '000000000000' } = options;
  const database = openDatabase(folder);
  return {
    database,
    catalog: openCatalog(database, now),
    meter: startMeter(),
    partitions: partitionGuard(partitionLimits),
    now,
    publish,
    region,
    accountId,
  };
};
