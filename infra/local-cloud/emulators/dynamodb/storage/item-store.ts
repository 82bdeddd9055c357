import {
  type AttributeValue,
  getAttribute,
  getType,
  type Item,
} from '../attributes/attribute-value.ts';
import { validationError } from '../dynamodb-error.ts';
import type { Database } from './database.ts';
import { encodeKeyValue, type SqlKey, type SqlValue } from './key-values.ts';
import type { IndexDefinition, KeyAttribute, TableDefinition } from './table-definition.ts';

/** An item as it lies in its row. */
export type StoredItem = {
  rowid: number;
  text: string;
  sizeBytes: number;
  /** What the columns of the indexes hold, in the order of `indexColumns`. */
  indexValues: readonly (SqlValue | null)[];
  /** Parsed on first use; must not be mutated. */
  item(): Item;
};

/** An item ready to be stored: `newItem` makes it. */
export type NewItem = {
  item: Item;
  text: string;
  sizeBytes: number;
  indexValues: (SqlValue | null)[];
  expires: number | null;
};

/** Throws where an attribute does not fit an index of which it is a key. */
export const newItem = (item: Item, sizeBytes: number, definition: TableDefinition): NewItem => ({
  item,
  text: JSON.stringify(item),
  sizeBytes,
  indexValues: getIndexValues(item, definition),
  expires: readExpiry(item, definition),
});

/** The items of one table: a row each, whose columns SQLite's indexes are made of. */
export type ItemStore = {
  find(key: SqlKey): StoredItem | undefined;
  insert(key: SqlKey, after: NewItem): void;
  update(before: StoredItem, after: NewItem): void;
  remove(before: StoredItem): void;
};

export const getSqlTable = ({ id }: TableDefinition): string => `items_${id}`;
export const getSqlIndex = ({ id }: TableDefinition, { slot }: IndexDefinition): string =>
  `items_${id}_index_${slot}`;
export const getSqlKeyIndex = ({ id }: TableDefinition): string => `items_${id}_key`;

export const hashColumn = ({ slot }: IndexDefinition): string => `hash_${slot}`;
export const rangeColumn = ({ slot }: IndexDefinition): string => `range_${slot}`;
export const indexColumns = (index: IndexDefinition): string[] =>
  index.key.range ? [hashColumn(index), rangeColumn(index)] : [hashColumn(index)];

export const itemStore = (database: Database, definition: TableDefinition): ItemStore => {
  const table = getSqlTable(definition);
  const columns = definition.indexes.flatMap(indexColumns);
  const derived = ['expires', ...columns];
  const select = database.prepare(
    `SELECT ${['rowid', 'item', 'size', ...columns].join(', ')} FROM ${table}
      INDEXED BY ${getSqlKeyIndex(definition)} WHERE hash = ? AND range = ?`,
  );
  const insert = database.prepare(
    `INSERT INTO ${table} (hash, range, item, size, ${derived.join(', ')})
      VALUES (?, ?, ?, ?, ${derived.map(() => '?').join(', ')})`,
  );
  const updateText = database.prepare(
    `UPDATE ${table} SET item = ?, size = ?, expires = ? WHERE rowid = ?`,
  );
  const updateAll = database.prepare(
    `UPDATE ${table} SET item = ?, size = ?, ${derived.map((name) => `${name} = ?`).join(', ')}
      WHERE rowid = ?`,
  );
  const remove = database.prepare(`DELETE FROM ${table} WHERE rowid = ?`);

  return {
    find: ({ hash, range }) => {
      const row = select.get(hash, range) as unknown as unknown[] | undefined;
      if (!row) return undefined;
      const [rowid, text, sizeBytes, ...indexValues] = row as [
        number,
        string,
        number,
        ...SqlValue[],
      ];
      let parsed: Item | undefined;
      const item = () => {
        parsed ??= JSON.parse(text) as Item;
        return parsed;
      };
      return { rowid, text, sizeBytes, indexValues, item };
    },
    insert: ({ hash, range }, { text, sizeBytes, indexValues, expires }) => {
      insert.run(hash, range, text, sizeBytes, expires, ...indexValues);
    },
    update: ({ rowid, indexValues: old }, { text, sizeBytes, indexValues, expires }) => {
      // SQLite writes every index of which a column is named, changed or not.
      if (areSame(indexValues, old)) updateText.run(text, sizeBytes, expires, rowid);
      else updateAll.run(text, sizeBytes, expires, ...indexValues, rowid);
    },
    remove: ({ rowid }) => void remove.run(rowid),
  };
};

/** What an item writes into the columns of the indexes; null where it is not in an index. */
export const getIndexValues = (item: Item, { indexes }: TableDefinition): (SqlValue | null)[] =>
  indexes.flatMap((index) => {
    const { hash, range } = index.key;
    const hashValue = indexKeyValue(item, hash, index);
    if (!range) return [hashValue && encodeKeyValue(hashValue)];
    const rangeValue = indexKeyValue(item, range, index);
    return hashValue && rangeValue
      ? [encodeKeyValue(hashValue), encodeKeyValue(rangeValue)]
      : [null, null];
  });

const indexKeyValue = (
  item: Item,
  { name, type }: KeyAttribute,
  index: IndexDefinition,
): AttributeValue | null => {
  const value = getAttribute(item, name);
  if (!value) return null;
  if (getType(value) !== type)
    throw validationError(
      `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${getType(value)} IndexName: ${index.name}`,
    );
  if (Object.values(value)[0] === '')
    throw validationError(
      `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${type === 'B' ? 'binary' : 'string'} value. IndexName: ${index.name}, IndexKey: ${name}`,
    );
  return value;
};

/** Seconds since 1970 at which an item expires, if its table has a time to live. */
export const readExpiry = (item: Item, { ttlAttribute }: TableDefinition): number | null => {
  const value = ttlAttribute === undefined ? undefined : getAttribute(item, ttlAttribute);
  return value && 'N' in value ? Number(value.N) : null;
};

const areSame = (
  values: readonly (SqlValue | null)[],
  others: readonly (SqlValue | null)[],
): boolean =>
  values.every((value, at) => {
    const other = others[at];
    if (value === other) return true;
    if (value === null || typeof value === 'string') return false;
    return other instanceof Uint8Array && Buffer.compare(value, other) === 0;
  });
