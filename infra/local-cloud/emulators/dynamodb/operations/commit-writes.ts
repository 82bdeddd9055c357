import type { Item } from '../attributes/attribute-value.ts';
import { areItemsEqual } from '../attributes/compare-values.ts';
import { type Consumption, consumedByWrite, getPartition, writeUnits } from '../capacity/units.ts';
import type { Engine } from '../engine.ts';
import type { Table } from '../storage/catalog.ts';
import type { StreamChange } from '../storage/stream-store.ts';
import type { DecidedWrite } from './prepare-write.ts';

export type CommitOptions = {
  /** 2 in a transaction. */
  factor?: 1 | 2;
  /** By the time to live, which costs nothing. */
  isExpiry?: boolean;
  /** Is done in the same SQLite transaction. */
  alongside?: () => void;
};

/** What the writes consumed, in their order. */
export type Consumed = { table: Table; consumed: Consumption[] }[];

/**
 * Writes items, index entries and stream records in one SQLite transaction, all or nothing, then
 * counts what it consumed. Throws ProvisionedThroughputExceededException before it begins, or
 * SQLite's error with nothing done.
 */
export const commitWrites = (
  engine: Engine,
  writes: readonly DecidedWrite[],
  { factor = 1, isExpiry = false, alongside }: CommitOptions = {},
): Consumed => {
  const { database, partitions, meter, publish, now } = engine;
  const consumed = isExpiry ? [] : writes.map((write) => consumption(write, factor));
  for (const one of consumed) partitions.take('write', one.table.definition.name, one.consumed);
  const changes = writes.filter(isChange);
  if (changes.length > 0 || alongside) {
    const at = now();
    database.transaction(() => {
      for (const change of changes) apply(change, at, isExpiry);
      alongside?.();
    });
  }
  for (const one of consumed) meter.add('writeUnits', one.table.definition.name, one.consumed);
  const streaming = changes.flatMap(({ table: { stream, definition } }) =>
    stream ? [definition.name] : [],
  );
  for (const name of new Set(streaming)) publish(name);
  return consumed;
};

const consumption = (write: DecidedWrite, factor: 1 | 2) => {
  const { table, keyItem, before, after, isCheck } = write;
  const { definition } = table;
  const partition = getPartition(keyItem, definition.key.hash.name);
  const consumed: Consumption[] = isCheck
    ? [{ partition, units: writeUnits(before?.sizeBytes ?? 0) }]
    : consumedByWrite(definition, before, after, partition);
  if (factor === 2) for (const one of consumed) one.units *= 2;
  return { table, consumed };
};

/** DynamoDB writes no stream record for an item that stays as it is. */
const isChange = ({ table, before, after, isCheck }: DecidedWrite): boolean => {
  if (isCheck) return false;
  if (!before || !after) return before !== after;
  if (!table.stream) return before.text !== after.text;
  return before.text !== after.text && !areItemsEqual(before.item(), after.item);
};

const apply = (
  { table, key, keyItem, before, after }: DecidedWrite,
  at: number,
  isExpiry: boolean,
) => {
  if (!after) {
    if (before) table.items.remove(before);
  } else if (before) table.items.update(before, after);
  else table.items.insert(key, after);
  table.stream?.append(streamChange(keyItem, before, after, isExpiry), at);
};

const streamChange = (
  keyItem: Item,
  before: DecidedWrite['before'],
  after: DecidedWrite['after'],
  isExpiry: boolean,
): StreamChange => {
  const keys = JSON.stringify(keyItem);
  return {
    event: !before ? 'INSERT' : after ? 'MODIFY' : 'REMOVE',
    keys,
    oldImage: before?.text,
    newImage: after?.text,
    sizeBytes: keys.length + (before?.sizeBytes ?? 0) + (after?.sizeBytes ?? 0),
    isExpiry,
  };
};
