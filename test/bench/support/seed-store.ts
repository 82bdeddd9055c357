import { join } from 'node:path';
import { promisify } from 'node:util';
import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { counterDeltas } from '#lib/images/counters.ts';
import type { Image } from '#lib/images/image.ts';
import { attributesOf } from './seed-attributes.ts';
import { dynalite, type Item, type Partition, type Store, type Table } from './seed-dynalite.ts';
import { seededIdOf, seededImage } from './seed-images.ts';

const perBatch = 500;

/**
 * Puts so many pictures that are done into the store of a stack that has run on this folder and
 * does not run now: records, raw tags, places in the lists and tallies as the functions would have
 * written them, but neither the objects nor the contents that count them, which no list reads. By
 * the emulator's own library and not by its requests, of which a million would take half an hour.
 */
export const seedStore = async (dataDir: string, count: number): Promise<void> => {
  const store = dynalite.create({ path: join(dataDir, 'dynamodb', 'items') });
  try {
    const tableOf = (name: string) => promisify(store.getTable)(`darkroom-dev-${name}`);
    const [images, counters, listMonths] = await Promise.all(
      ['images', 'counters', 'list-months'].map(tableOf),
    );
    if (!images || !counters || !listMonths) throw new Error('There are no tables.');
    const { TableName, GlobalSecondaryIndexes: indexes = [] } = images;

    const sums = new Map<string, Record<string, number>>();
    const months = new Set<string>();
    const indexWriters = new Map(
      indexes.map(({ IndexName }) => [
        IndexName,
        writer(store.getIndexDb('global', TableName, IndexName)),
      ]),
    );
    for (let nth = count - 1; nth >= 0; nth--) {
      const { lives, item } = await seededImage(nth);
      increment(sums, lives);
      if (item.partition) months.add(item.partition);
      const { puts } = dynalite.getIndexActions(indexes, undefined, attributesOf(item), images);
      for (const { index, key, item: copy } of puts) await indexWriters.get(index)?.put(key, copy);
    }

    const imageWriter = itemWriter(store, images);
    for (const nth of inOrderOfKeys(count, images)) {
      const { item, rawItem } = await seededImage(nth);
      await imageWriter.put(rawItem);
      await imageWriter.put(item);
    }

    const tallyWriter = itemWriter(store, counters);
    for (const [shard, counts] of sums) await tallyWriter.put({ of: 'stats', shard, ...counts });
    const shelfWriter = itemWriter(store, listMonths);
    await shelfWriter.put({ kind: 'images', months });
    const writers = [...indexWriters.values(), imageWriter, tallyWriter];
    await Promise.all([...writers, shelfWriter].map(({ endStep }) => endStep()));
  } finally {
    await store.db.close();
  }
};

/** LevelDB takes what comes in its own order without sorting it again. */
const inOrderOfKeys = (count: number, images: Table): Uint32Array => {
  const keys = Array.from({ length: count }, (_, nth) =>
    dynalite.createKey(attributesOf({ image_id: seededIdOf(nth), part: 'record' }), images),
  );
  const keyOf = (nth: number) => keys[nth] ?? '';
  return Uint32Array.from(keys.keys()).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
};

/** The tallies after each of the writes that made this image. */
const increment = (sums: Map<string, Record<string, number>>, lives: readonly Image[]): void => {
  let before: Image | undefined;
  for (const after of lives) {
    const shard = pickShard(after.imageId);
    const sum = sums.get(shard) ?? {};
    for (const [name, by] of Object.entries(counterDeltas(before, after)))
      sum[name] = (sum[name] ?? 0) + by;
    sums.set(shard, sum);
    before = after;
  }
};

const writer = (partition: Partition) => {
  let puts: Parameters<Partition['batch']>[0][number][] = [];
  const endStep = async () => {
    const batch = puts;
    puts = [];
    await promisify(partition.batch)(batch);
  };
  const put = async (key: string, value: Item) => {
    puts.push({ type: 'put', key, value });
    if (puts.length === perBatch) await endStep();
  };
  return { put, endStep };
};

const itemWriter = (store: Store, table: Table) => {
  const { put, endStep } = writer(store.getItemDb(table.TableName));
  return {
    put: (item: Readonly<Record<string, unknown>>) => {
      const attributes = attributesOf(item);
      return put(dynalite.createKey(attributes, table), attributes);
    },
    endStep,
  };
};
