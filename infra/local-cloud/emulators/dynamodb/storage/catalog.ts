import { resourceNotFound } from '../dynamodb-error.ts';
import type { Database } from './database.ts';
import { type ItemStore, itemStore } from './item-store.ts';
import {
  createStreamTable,
  dropStreamTable,
  type StreamStore,
  streamStore,
} from './stream-store.ts';
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
  const streams = new Map<number, StreamStore>();
  const insertTable = database.prepare('INSERT INTO tables (name, definition) VALUES (?, ?)');
  const updateTable = database.prepare('UPDATE tables SET definition = ? WHERE id = ?');
  const deleteTable = database.prepare('DELETE FROM tables WHERE id = ?');
  const insertStream = database.prepare('INSERT INTO streams (definition) VALUES (?)');
  const updateStream = database.prepare('UPDATE streams SET definition = ? WHERE id = ?');
  const deleteStream = database.prepare('DELETE FROM streams WHERE id = ?');

  const remember = (definition: TableDefinition): Table => {
    const stream = definition.streamId === undefined ? undefined : streams.get(definition.streamId);
    const table = { definition, items: itemStore(database, definition), stream };
    tables.set(definition.name, table);
    return table;
  };
  const storeTable = (definition: TableDefinition) =>
    void updateTable.run(JSON.stringify(definition), definition.id);
  const addStream = (table: TableDefinition, stream: NewStream): StreamDefinition => {
    const rest = { ...stream, tableName: table.name, key: table.key };
    const id = Number(insertStream.run(JSON.stringify(rest)).lastInsertRowid);
    const definition = { ...rest, id };
    createStreamTable(database, definition);
    updateStream.run(JSON.stringify(definition), id);
    return definition;
  };
  const endStream = ({ streamId }: TableDefinition): StreamDefinition | undefined => {
    const stream = streamId === undefined ? undefined : streams.get(streamId);
    if (!stream) return undefined;
    const ended = { ...stream.definition, disabledAt: now() };
    updateStream.run(JSON.stringify(ended), ended.id);
    return ended;
  };
  const openStream = (definition: StreamDefinition | undefined) => {
    if (definition) streams.set(definition.id, streamStore(database, definition));
  };
  const get = (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw resourceNotFound('Requested resource not found');
    return table;
  };

  const select = (table: string) =>
    database.prepare(`SELECT definition FROM ${table}`).all() as unknown as [string][];
  for (const [text] of select('streams')) openStream(JSON.parse(text));
  for (const [text] of select('tables')) remember(JSON.parse(text));

  return {
    find: (name) => tables.get(name),
    get,
    list: () =>
      [...tables.values()].sort((one, other) =>
        one.definition.name < other.definition.name ? -1 : 1,
      ),
    create: (rest, newStream) => {
      const created = database.transaction(() => {
        const id = Number(insertTable.run(rest.name, '{}').lastInsertRowid);
        const definition: TableDefinition = { ...rest, id };
        const stream = newStream && addStream(definition, newStream);
        const whole = { ...definition, streamId: stream?.id };
        createItemTable(database, whole);
        storeTable(whole);
        return { whole, stream };
      });
      openStream(created.stream);
      return remember(created.whole);
    },
    update: (name, change, newStream) => {
      const { definition: before } = get(name);
      const changed = database.transaction(() => {
        const definition = change(before);
        const ended = newStream === 'disable' ? endStream(before) : undefined;
        const added =
          newStream && newStream !== 'disable' ? addStream(definition, newStream) : undefined;
        const streamId = ended ? undefined : (added?.id ?? definition.streamId);
        const whole = { ...definition, streamId };
        storeTable(whole);
        return { whole, stream: ended ?? added };
      });
      openStream(changed.stream);
      return remember(changed.whole);
    },
    remove: (name) => {
      const { definition } = get(name);
      const ended = database.transaction(() => {
        dropItemTable(database, definition);
        deleteTable.run(definition.id);
        return endStream(definition);
      });
      openStream(ended);
      tables.delete(name);
    },
    streams: () => [...streams.values()],
    removeStream: (id) => {
      const stream = streams.get(id);
      if (!stream) return;
      database.transaction(() => {
        dropStreamTable(database, stream.definition);
        deleteStream.run(id);
      });
      streams.delete(id);
    },
  };
};
