import { DynamodbError } from '../dynamodb-error.ts';
import type { Consumption } from './units.ts';

/** What one partition key value of a table or index may take; on AWS 1 000 and 3 000 a second. */
export type PartitionLimits = {
  writeUnitsPerSecond?: number | undefined;
  readUnitsPerSecond?: number | undefined;
};

export type PartitionGuard = {
  /** Takes the units, or throws ProvisionedThroughputExceededException and takes none. */
  take(kind: 'read' | 'write', table: string, consumed: readonly Consumption[]): void;
};

type Bucket = { units: number; filledAt: number };

const maxBuckets = 100_000;

/**
 * A bucket for each partition key value, which holds the units of one second. A request passes while
 * something is left in every bucket that it takes from; it may then take more than is left.
 */
export const partitionGuard = (
  limits: PartitionLimits | undefined,
  nowMs: () => number = () => performance.now(),
): PartitionGuard => {
  if (!limits) return { take: () => {} };
  const perSecond = { read: limits.readUnitsPerSecond, write: limits.writeUnitsPerSecond };
  const buckets = new Map<string, Bucket>();

  const fill = (bucket: Bucket, limit: number, now: number) => {
    bucket.units = Math.min(limit, bucket.units + ((now - bucket.filledAt) / 1000) * limit);
    bucket.filledAt = now;
  };
  const getBucket = (key: string, limit: number, now: number): Bucket => {
    const known = buckets.get(key);
    if (known) {
      fill(known, limit, now);
      return known;
    }
    if (buckets.size >= maxBuckets) dropFull(now);
    const made = { units: limit, filledAt: now };
    buckets.set(key, made);
    return made;
  };
  const dropFull = (now: number) => {
    for (const [key, bucket] of buckets)
      if (now - bucket.filledAt > 1000 && bucket.units >= 0) buckets.delete(key);
  };
  return {
    take: (kind, table, consumed) => {
      const limit = perSecond[kind];
      if (limit === undefined) return;
      const now = nowMs();
      const taken = consumed.flatMap(({ index, partition, units }) =>
        partition === undefined
          ? []
          : [
              {
                bucket: getBucket(
                  `${kind}\0${table}\0${index?.name ?? ''}\0${partition}`,
                  limit,
                  now,
                ),
                units,
              },
            ],
      );
      if (taken.some(({ bucket }) => bucket.units <= 0)) throw throughputExceeded();
      for (const { bucket, units } of taken) bucket.units -= units;
    },
  };
};

export const throughputExceeded = (): DynamodbError =>
  new DynamodbError(
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for one or more global secondary indexes of the table or for the table was exceeded: a partition key took more than its limit.',
  );
