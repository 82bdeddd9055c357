import type { Database } from './database.ts';
import {
  createStreamTable,
  dropStreamTable,
  type StreamStore,
  streamStore,
} from './stream-store.ts';
import type { StreamDefinition } from './table-definition.ts';

/**
 * All streams, those that ended within a day too. `add` and `end` are called in a transaction, and
 * `remember` when it is committed: what is in memory is what the database holds.
 */
export type Streams = {
  find(id: number | undefined): StreamStore | undefined;
  /** From the oldest to the newest. */
  list(): StreamStore[];
  add(stream: Omit<StreamDefinition, 'id'>): StreamDefinition;
  end(id: number | undefined): StreamDefinition | undefined;
  remember(definition: StreamDefinition | undefined): void;
  /** Removes a stream with its records. */
  remove(id: number): void;
};

export const openStreams = (database: Database, now: () => number): Streams => {
  const streams = new Map<number, StreamStore>();
  const insert = database.prepare('INSERT INTO streams (definition) VALUES (?)');
  const update = database.prepare('UPDATE streams SET definition = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM streams WHERE id = ?');
  const find = (id: number | undefined) => (id === undefined ? undefined : streams.get(id));
  const remember = (definition: StreamDefinition | undefined) => {
    if (definition) streams.set(definition.id, streamStore(database, definition));
  };
  const rows = database.prepare('SELECT definition FROM streams ORDER BY id').all() as unknown as [
    string,
  ][];
  for (const [text] of rows) remember(JSON.parse(text));

  return {
    find,
    list: () => [...streams.values()],
    add: (stream) => {
      const id = Number(insert.run('{}').lastInsertRowid);
      const definition = { ...stream, id };
      createStreamTable(database, definition);
      update.run(JSON.stringify(definition), id);
      return definition;
    },
    end: (id) => {
      const stream = find(id);
      if (!stream) return undefined;
      const ended = { ...stream.definition, disabledAt: now() };
      update.run(JSON.stringify(ended), ended.id);
      return ended;
    },
    remember,
    remove: (id) => {
      const stream = find(id);
      if (!stream) return;
      database.transaction(() => {
        dropStreamTable(database, stream.definition);
        remove.run(id);
      });
      streams.delete(id);
    },
  };
};
