import { resourceNotFound } from '../dynamodb-error.ts';
import type { Database } from './database.ts';
import { type ItemStore, itemStore } from './item-store.ts';
import { openStreams, type Streams } from './open-streams.ts';
import type { StreamStore } from './stream-store.ts';
import type { StreamDefinition, TableDefinition } from './table-definition.ts';
import { createItemTable, dropItemTable } from './table-schema.ts';

export type Table = {
  readonly definition: TableDefinition;
  readonly items: ItemStore;
  readonly stream: StreamStore | undefined;
};

/** All tables and streams: what is in memory is what the database holds. */
export type Catalog = {
  find(name: string): Table | undefined;
  /** Throws ResourceNotFoundException. */
  get(name: string): Table;
  /** In the order of their names. */
  list(): Table[];
  create(definition: Omit<TableDefinition, 'id' | 'streamId'>, stream?: NewStream): Table;
  /** Stores a changed definition after `change` has changed the table, in one transaction. */
  update(
    name: string,
    change: (definition: TableDefinition) => TableDefinition,
    stream?: NewStream | 'disable',
  ): Table;
  remove(name: string): void;
  streams(): StreamStore[];
  removeStream(id: number): void;
};
export type NewStream = Pick<StreamDefinition, 'viewType' | 'label'>;

export const openCatalog = (database: Database, now: () => number): Catalog => {
  const tables = new Map<string, Table>();
  const streams = openStreams(database, now);
  const insert = database.prepare('INSERT INTO tables (name, definition) VALUES (?, ?)');
  const update = database.prepare('UPDATE tables SET definition = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM tables WHERE id = ?');
  const store = (definition: TableDefinition) =>
    void update.run(JSON.stringify(definition), definition.id);

  const remember = (definition: TableDefinition): Table => {
    const stream = streams.find(definition.streamId);
    const table = { definition, items: itemStore(database, definition), stream };
    tables.set(definition.name, table);
    return table;
  };
  const get = (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw resourceNotFound('Requested resource not found');
    return table;
  };
  const rows = database.prepare('SELECT definition FROM tables').all() as unknown as [string][];
  for (const [text] of rows) remember(JSON.parse(text));

  return {
    find: (name) => tables.get(name),
    get,
    list: () =>
      [...tables.values()].sort((one, other) =>
        one.definition.name < other.definition.name ? -1 : 1,
      ),
    create: (rest, newStream) => {
      const created = database.transaction(() => {
        const id = Number(insert.run(rest.name, '{}').lastInsertRowid);
        const { name: tableName, key } = rest;
        const stream = newStream && streams.add({ ...newStream, tableName, key });
        const definition: TableDefinition = { ...rest, id, streamId: stream?.id };
        createItemTable(database, definition);
        store(definition);
        return { definition, stream };
      });
      streams.remember(created.stream);
      return remember(created.definition);
    },
    update: (name, change, newStream) => {
      const { definition: before } = get(name);
      const changed = database.transaction(() => {
        const definition = change(before);
        const stream = changeStream(streams, before, newStream);
        const streamId = newStream === undefined ? before.streamId : runningId(stream);
        const whole = { ...definition, streamId };
        store(whole);
        return { whole, stream };
      });
      streams.remember(changed.stream);
      return remember(changed.whole);
    },
    remove: (name) => {
      const { definition } = get(name);
      const ended = database.transaction(() => {
        dropItemTable(database, definition);
        remove.run(definition.id);
        return streams.end(definition.streamId);
      });
      streams.remember(ended);
      tables.delete(name);
    },
    streams: streams.list,
    removeStream: streams.remove,
  };
};

const changeStream = (
  streams: Streams,
  { name, key, streamId }: TableDefinition,
  change: NewStream | 'disable' | undefined,
): StreamDefinition | undefined => {
  if (change === undefined) return undefined;
  return change === 'disable'
    ? streams.end(streamId)
    : streams.add({ ...change, tableName: name, key });
};

const runningId = (stream: StreamDefinition | undefined): number | undefined =>
  stream?.disabledAt === undefined ? stream?.id : undefined;
