import type { Item } from '../attributes/attribute-value.ts';
import type { Database } from './database.ts';
import {
  getIndexValues,
  getSqlIndex,
  getSqlKeyIndex,
  getSqlTable,
  hashColumn,
  indexColumns,
  readExpiry,
} from './item-store.ts';
import type { IndexDefinition, TableDefinition } from './table-definition.ts';

/** Makes the table of a definition with its indexes. To be called in a transaction. */
export const createItemTable = (database: Database, definition: TableDefinition): void => {
  const table = getSqlTable(definition);
  // Columns without a type: text stays text and bytes stay bytes.
  database.execute(`
    CREATE TABLE ${table} (hash NOT NULL, range NOT NULL, item TEXT NOT NULL, size INTEGER NOT NULL, expires);
    CREATE UNIQUE INDEX ${getSqlKeyIndex(definition)} ON ${table} (hash, range);
    CREATE INDEX ${table}_expires ON ${table} (expires) WHERE expires IS NOT NULL;
  `);
  for (const index of definition.indexes) addIndex(database, definition, index);
};

export const dropItemTable = (database: Database, definition: TableDefinition): void => {
  database.execute(`DROP TABLE ${getSqlTable(definition)}`);
  database.forget(getSqlTable(definition));
};

const addIndex = (
  database: Database,
  definition: TableDefinition,
  index: IndexDefinition,
): void => {
  const table = getSqlTable(definition);
  const columns = indexColumns(index);
  for (const column of columns) database.execute(`ALTER TABLE ${table} ADD COLUMN ${column}`);
  // Equal index keys stand in the order of the table's; an item without them is not in the index.
  database.execute(
    `CREATE INDEX ${getSqlIndex(definition, index)} ON ${table} (${[...columns, 'hash', 'range'].join(', ')})
      WHERE ${hashColumn(index)} IS NOT NULL`,
  );
};

/** Adds an index and puts into it what the table holds. Items that do not fit are left out. */
export const createIndex = (
  database: Database,
  definition: TableDefinition,
  index: IndexDefinition,
): void => {
  addIndex(database, definition, index);
  const sets = indexColumns(index).map((column) => `${column} = ?`);
  refill(database, definition, sets, (item) => {
    try {
      return getIndexValues(item, { ...definition, indexes: [index] });
    } catch {
      return sets.map(() => null); // of another type than the index's key
    }
  });
};

export const dropIndex = (
  database: Database,
  definition: TableDefinition,
  index: IndexDefinition,
): void => {
  database.execute(`DROP INDEX ${getSqlIndex(definition, index)}`);
  for (const column of indexColumns(index))
    database.execute(`ALTER TABLE ${getSqlTable(definition)} DROP COLUMN ${column}`);
};

/** Notes of each item when it expires, after the time to live was switched on or off. */
export const refillExpiry = (database: Database, definition: TableDefinition): void =>
  refill(database, definition, ['expires = ?'], (item) => [readExpiry(item, definition)]);

const rowsPerStep = 500;

const refill = (
  database: Database,
  definition: TableDefinition,
  sets: string[],
  toValues: (item: Item) => (string | Uint8Array | number | null)[],
): void => {
  const table = getSqlTable(definition);
  const page = database.prepare(
    `SELECT rowid, item FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${rowsPerStep}`,
  );
  const update = database.prepare(`UPDATE ${table} SET ${sets.join(', ')} WHERE rowid = ?`);
  for (let last = 0; ; ) {
    const rows = page.all(last) as unknown as [number, string][];
    for (const [rowid, text] of rows) update.run(...toValues(JSON.parse(text)), rowid);
    const lastRow = rows.at(-1);
    if (!lastRow) return;
    last = lastRow[0];
  }
};
