import type { Item } from '../attributes/attribute-value.ts';
import { attributesSize } from '../attributes/check-value.ts';
import { areItemsEqual } from '../attributes/compare-values.ts';
import type { NewItem, StoredItem } from '../storage/item-store.ts';
import {
  type IndexDefinition,
  pickAttributes,
  projectedNames,
  type TableDefinition,
} from '../storage/table-definition.ts';

/**
 * Units that a request consumed of a table or of one of its indexes, by the rules of
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export type Consumption = {
  index?: IndexDefinition | undefined;
  /** The partition key's value, as text; none for a scan. */
  partition?: string | undefined;
  units: number;
};

/** For each started kB, one at least. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

/** For each started 4 kB, one at least; half of it for an eventually consistent read. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);

export const getPartition = (item: Item, name: string): string =>
  String(Object.values(item[name] ?? {})[0] ?? '');

/**
 * What a write consumes. Of the table: by the larger of the item before and after. Of an index:
 * nothing where what it holds stays as it is; a deletion and a put where its key changes.
 */
export const consumedByWrite = (
  definition: TableDefinition,
  before: StoredItem | undefined,
  after: NewItem | undefined,
  partition: string,
): Consumption[] => [
  { partition, units: writeUnits(Math.max(before?.sizeBytes ?? 0, after?.sizeBytes ?? 0)) },
  ...(definition.indexes.length > 0 ? consumedByIndexes(definition, before, after) : []),
];

type Entry = { key: Item; content: Item; sizeBytes: number };

const consumedByIndexes = (
  definition: TableDefinition,
  before: StoredItem | undefined,
  after: NewItem | undefined,
): Consumption[] =>
  definition.indexes.flatMap((index) => {
    const old = before && toIndexEntry(definition, index, before.item(), before.sizeBytes);
    const now = after && toIndexEntry(definition, index, after.item, after.sizeBytes);
    const use = (entry: Entry, bytes: number): Consumption => ({
      index,
      partition: getPartition(entry.key, index.key.hash.name),
      units: writeUnits(bytes),
    });
    if (!old || !now) {
      const entry = old ?? now;
      return entry ? [use(entry, entry.sizeBytes)] : [];
    }
    if (!areItemsEqual(old.key, now.key)) return [use(old, old.sizeBytes), use(now, now.sizeBytes)];
    if (areItemsEqual(old.content, now.content)) return [];
    return [use(now, Math.max(old.sizeBytes, now.sizeBytes))];
  });

/** What an index holds of an item; undefined if the item lacks a part of the index's key. */
const toIndexEntry = (
  definition: TableDefinition,
  index: IndexDefinition,
  item: Item,
  sizeBytes: number,
): Entry | undefined => {
  const { hash, range } = index.key;
  const names = range ? [hash.name, range.name] : [hash.name];
  if (!names.every((name) => Object.hasOwn(item, name))) return undefined;
  const key = pickAttributes(item, names);
  const projected = projectedNames(definition, index);
  if (!projected) return { key, content: item, sizeBytes };
  const content = pickAttributes(item, projected);
  return { key, content, sizeBytes: attributesSize(content) };
};
