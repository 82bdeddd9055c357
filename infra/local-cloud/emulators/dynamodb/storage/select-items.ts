import type { AttributeValue, Item } from '../attributes/attribute-value.ts';
import { attributesSize } from '../attributes/check-value.ts';
import type { RangeCondition } from '../expressions/key-condition.ts';
import type { Database } from './database.ts';
import {
  getSqlIndex,
  getSqlKeyIndex,
  getSqlTable,
  indexColumns,
  rangeColumn,
} from './item-store.ts';
import { decodeKeyValue, encodeKeyValue, endOfPrefix, type SqlValue } from './key-values.ts';
import {
  type IndexDefinition,
  type KeyAttribute,
  keyNames,
  pickAttributes,
  projectedNames,
  type TableDefinition,
} from './table-definition.ts';

export type Selection = {
  definition: TableDefinition;
  /** Without one the table itself. */
  index?: IndexDefinition | undefined;
  /** Without one all partitions, in their order. */
  hash?: AttributeValue | undefined;
  range?: RangeCondition | undefined;
  /** The key after which to begin: the table's, and the index's too. */
  after?: Item | undefined;
  isForward: boolean;
  /** Read items whole, also where the index holds a part of them. */
  isWhole?: boolean;
};

export type SelectedItem = { item(): Item; text(): string; sizeBytes: number };

/**
 * Gives the items of a table or index to `visit`, in order, until it says false. An item comes as
 * the index holds it. The statement is finished when this returns.
 */
export const selectItems = (
  database: Database,
  selection: Selection,
  visit: (item: SelectedItem) => boolean,
): void => {
  const { sql, values } = buildStatement(selection);
  const toItem = rowReader(selection);
  for (const row of database.prepare(sql).iterate(...values))
    if (!visit(toItem(row as unknown as SqlValue[]))) return;
};

/** The columns that order a table or index; the last ones make each place distinct. */
const listOrderColumns = (index: IndexDefinition | undefined): string[] =>
  index ? [...indexColumns(index), 'hash', 'range'] : ['hash', 'range'];

const isKeysOnly = ({ index, isWhole }: Selection): boolean =>
  index?.projection.type === 'KEYS_ONLY' && !isWhole;

const buildStatement = (selection: Selection): { sql: string; values: SqlValue[] } => {
  const { definition, index, hash, range, after, isForward } = selection;
  const order = listOrderColumns(index);
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, ...bound: SqlValue[]) => {
    conditions.push(condition);
    values.push(...bound);
  };
  const [hashName, ...rest] = order;
  if (hash) add(`${hashName} = ?`, encodeKeyValue(hash));
  else if (index) add(`${hashName} IS NOT NULL`);
  if (range) addRange(index ? rangeColumn(index) : 'range', range, add);
  if (after) {
    const columns = hash ? rest : order;
    const place = encodeStartKey(definition, index, after).slice(order.length - columns.length);
    const marks = columns.map(() => '?').join(', ');
    add(`(${columns.join(', ')}) ${isForward ? '>' : '<'} (${marks})`, ...place);
  }
  // Where the hash is given it orders nothing; named, it would prevent SQLite from using its index.
  const orderBy = (hash ? rest : order)
    .map((column) => `${column} ${isForward ? 'ASC' : 'DESC'}`)
    .join(', ');
  const columns = isKeysOnly(selection) ? order : ['item', 'size'];
  const source = `${getSqlTable(definition)} INDEXED BY ${index ? getSqlIndex(definition, index) : getSqlKeyIndex(definition)}`;
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const sql = `SELECT ${columns.join(', ')} FROM ${source} ${where} ORDER BY ${orderBy}`;
  return { sql, values };
};

type Add = (condition: string, ...bound: SqlValue[]) => void;

const addRange = (column: string, range: RangeCondition, add: Add): void => {
  if (range.operator === 'between') {
    add(`${column} BETWEEN ? AND ?`, encodeKeyValue(range.low), encodeKeyValue(range.high));
    return;
  }
  const value = encodeKeyValue(range.value);
  if (range.operator !== 'begins_with') {
    add(`${column} ${range.operator} ?`, value);
    return;
  }
  add(`${column} >= ?`, value);
  const end = endOfPrefix(value);
  if (end !== undefined) add(`${column} < ?`, end);
};

const encodeStartKey = (
  { key }: TableDefinition,
  index: IndexDefinition | undefined,
  after: Item,
): SqlValue[] => {
  const encode = ({ name }: KeyAttribute) => encodeKeyValue(after[name] as AttributeValue);
  const own = [encode(key.hash), key.range ? encode(key.range) : ''];
  if (!index) return own;
  return [
    ...[index.key.hash, index.key.range].flatMap((part) => (part ? encode(part) : [])),
    ...own,
  ];
};

const rowReader = (selection: Selection): ((row: SqlValue[]) => SelectedItem) => {
  const { definition, index, isWhole } = selection;
  if (index && isKeysOnly(selection)) return keysReader(definition, index);
  const names = index && !isWhole ? projectedNames(definition, index) : undefined;
  return (row) => {
    const [text, sizeBytes] = row as unknown as [string, number];
    if (!names) return { item: () => JSON.parse(text), text: () => text, sizeBytes };
    const item = pickAttributes(JSON.parse(text), names);
    return { item: () => item, text: () => JSON.stringify(item), sizeBytes: attributesSize(item) };
  };
};

/** Makes an item of an index's columns alone, so that its row need not be read. */
const keysReader = (
  { key }: TableDefinition,
  index: IndexDefinition,
): ((row: SqlValue[]) => SelectedItem) => {
  const columns = [index.key.hash, index.key.range, key.hash].filter((part) => part !== undefined);
  const parts = key.range ? [...columns, key.range] : columns;
  return (row) => {
    const item: Item = {};
    for (const [at, { name, type }] of parts.entries())
      item[name] = decodeKeyValue(row[at] as SqlValue, type);
    return { item: () => item, text: () => JSON.stringify(item), sizeBytes: attributesSize(item) };
  };
};

/** Names that make the place of an item in a table or index: its LastEvaluatedKey. */
export const placeNames = (
  { key }: TableDefinition,
  index: IndexDefinition | undefined,
): Set<string> => new Set([...keyNames(key), ...(index ? keyNames(index.key) : [])]);
