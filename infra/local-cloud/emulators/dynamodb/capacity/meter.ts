import type { Consumption } from './units.ts';

export type Units = { readUnits: number; writeUnits: number };
/** Of one table or index, since the last reset; by partition key value where that was requested. */
export type MeteredUnits = Units & { partitions?: Record<string, Units> };
export type MeterReport = {
  /** Of all tables and indexes together. */
  total: Units;
  /** Transactions that were cancelled, by the codes of their reasons: `ConditionalCheckFailed`. */
  cancelledTransactions: Record<string, number>;
  tables: Record<string, MeteredUnits & { indexes: Record<string, MeteredUnits> }>;
};

/** Counts the read and write units that tables and their indexes consume, and cancelled transactions. */
export type Meter = {
  add(kind: keyof Units, table: string, consumed: readonly Consumption[]): void;
  addCancelledTransaction(codes: Iterable<string>): void;
  report(options?: { byPartition?: boolean }): MeterReport;
  reset(): void;
};

type Counter = Units & { partitions: Map<string, Units> };

const maxPartitions = 10_000; // per table or index; then the half with the fewest units is merged
/** Where the units of merged partitions are counted. */
export const otherPartitions = '(others)';

export const startMeter = (): Meter => {
  const tables = new Map<string, { counter: Counter; indexes: Map<string, Counter> }>();
  const cancelled = new Map<string, number>();

  const getCounter = (table: string, index: string | undefined): Counter => {
    const entry = getOrAdd(tables, table, () => ({ counter: newCounter(), indexes: new Map() }));
    return index === undefined ? entry.counter : getOrAdd(entry.indexes, index, newCounter);
  };
  return {
    add: (kind, table, consumed) => {
      for (const { index, partition, units } of consumed) {
        const counter = getCounter(table, index?.name);
        counter[kind] += units;
        if (partition === undefined) continue;
        getOrAdd(counter.partitions, partition, noUnits)[kind] += units;
        if (counter.partitions.size > maxPartitions) mergeSmallest(counter);
      }
    },
    addCancelledTransaction: (codes) => {
      const name = [...new Set(codes)].sort().join(', ');
      cancelled.set(name, (cancelled.get(name) ?? 0) + 1);
    },
    report: ({ byPartition = false } = {}) => {
      const all = [...tables.values()].flatMap(({ counter, indexes }) => [
        counter,
        ...indexes.values(),
      ]);
      const format = (counter: Counter) => formatCounter(counter, byPartition);
      return {
        total: all.reduce(sum, noUnits()),
        cancelledTransactions: Object.fromEntries(cancelled),
        tables: Object.fromEntries(
          [...tables].map(([name, { counter, indexes }]) => [
            name,
            {
              ...format(counter),
              indexes: Object.fromEntries(
                [...indexes].map(([index, inner]) => [index, format(inner)]),
              ),
            },
          ]),
        ),
      };
    },
    reset: () => {
      tables.clear();
      cancelled.clear();
    },
  };
};

const noUnits = (): Units => ({ readUnits: 0, writeUnits: 0 });
const newCounter = (): Counter => ({ ...noUnits(), partitions: new Map() });

const sum = (one: Units, other: Units): Units => ({
  readUnits: one.readUnits + other.readUnits,
  writeUnits: one.writeUnits + other.writeUnits,
});

const formatCounter = (
  { readUnits, writeUnits, partitions }: Counter,
  byPartition: boolean,
): MeteredUnits => ({
  readUnits,
  writeUnits,
  ...(byPartition && { partitions: Object.fromEntries(partitions) }),
});

const mergeSmallest = (counter: Counter): void => {
  const weight = ([, { readUnits, writeUnits }]: [string, Units]) => readUnits + writeUnits;
  const { [otherPartitions]: others = noUnits(), ...named } = Object.fromEntries(
    counter.partitions,
  );
  const sorted = Object.entries(named).sort((one, other) => weight(other) - weight(one));
  const merged = sorted.slice(maxPartitions / 2).map(([, units]) => units);
  counter.partitions = new Map(sorted.slice(0, maxPartitions / 2));
  counter.partitions.set(otherPartitions, merged.reduce(sum, others));
};

const getOrAdd = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};
