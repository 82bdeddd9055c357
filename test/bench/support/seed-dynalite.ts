import { createRequire } from 'node:module';

/** A table as DescribeTable tells it, as far as we look. */
export type Table = {
  TableName: string;
  GlobalSecondaryIndexes?: readonly { IndexName: string }[];
};
export type Item = Record<string, unknown>;
type Callback<Value> = (error: Error | null, value: Value) => void;
type Put = { type: 'put'; key: string; value: Item };
/** One table's items, or one index. */
export type Partition = { batch(puts: readonly Put[], callback: Callback<void>): void };

export type Store = {
  getTable(name: string, callback: Callback<Table>): void;
  getItemDb(table: string): Partition;
  getIndexDb(kind: 'global', table: string, index: string): Partition;
  db: { close(): Promise<void> };
};

type Dynalite = {
  /** Opens a store; nobody else may have it open. */
  create(options: { path: string }): Store;
  /** Where an item stands among those of its table. */
  createKey(item: Item, table: Table): string;
  /** What the indexes keep of an item that is new. */
  getIndexActions(
    indexes: NonNullable<Table['GlobalSecondaryIndexes']>,
    before: undefined,
    item: Item,
    table: Table,
  ): { puts: { index: string; key: string; item: Item }[] };
};

/** The emulator's own library: what it writes is what the emulator would have written. */
export const dynalite: Dynalite = createRequire(import.meta.url)('dynalite/db');
