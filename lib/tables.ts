/** The one list of tables; infra/tables.yml says what each one's keys are. */
export const tableNames = [
  'images',
  'rendition-sets',
  'counters',
  'events',
  'idempotency',
  'batches',
  'edit-sessions',
  'webhooks',
] as const;
export type TableName = (typeof tableNames)[number];

/** The environment variable that holds the name of a table: `RENDITION_SETS_TABLE`. */
export const tableVariable = (name: TableName): string =>
  `${name.replaceAll('-', '_').toUpperCase()}_TABLE`;

/** A record with an entry for each table. */
export const mapTables = <T>(make: (name: TableName) => T): Record<TableName, T> =>
  Object.fromEntries(tableNames.map((name) => [name, make(name)])) as Record<TableName, T>;
