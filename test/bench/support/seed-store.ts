import { join } from 'node:path';
import type { Engine } from '#infra/local-cloud/emulators/dynamodb/engine.ts';
import { openEngine } from '#infra/local-cloud/emulators/dynamodb/open-engine.ts';
import { commitWrites } from '#infra/local-cloud/emulators/dynamodb/operations/commit-writes.ts';
import { preparePut } from '#infra/local-cloud/emulators/dynamodb/operations/prepare-write.ts';
import { pickShard } from '#lib/aws/dynamo-counters.ts';
import { counterDeltas } from '#lib/images/counters.ts';
import type { Image } from '#lib/images/image.ts';
import { attributesOf } from './seed-attributes.ts';
import { seededImage } from './seed-images.ts';

const itemsPerCommit = 500;

/**
 * Puts `count` pictures that are done into the store of a stopped stack that has run on this folder:
 * records, raw tags, list entries and counters as the functions would have written them, but neither
 * the objects nor the rendition sets, which no list reads. Writes through the engine, because a
 * million requests would take half an hour.
 */
export const seedStore = async (dataDir: string, count: number): Promise<void> => {
  const engine = openEngine({ folder: join(dataDir, 'dynamodb') });
  try {
    const { put, flush } = batchedWriter(engine);
    const sums = new Map<string, Record<string, number>>();
    for (let nth = count - 1; nth >= 0; nth--) {
      const { lives, item, rawItem } = await seededImage(nth);
      increment(sums, lives);
      put('images', rawItem);
      put('images', item);
    }
    for (const [shard, counts] of sums) put('counters', { scope: 'stats', shard, ...counts });
    flush();
  } finally {
    engine.database.close();
  }
};

/** The counters after each of the writes that made this image. */
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

const batchedWriter = (engine: Engine) => {
  let writes: ReturnType<typeof preparePut>[] = [];
  const flush = () => {
    const batch = writes;
    writes = [];
    commitWrites(
      engine,
      batch.map((write) => write.decide()),
    );
  };
  const put = (table: string, item: Readonly<Record<string, unknown>>) => {
    writes.push(
      preparePut(engine, { TableName: `darkroom-dev-${table}`, Item: attributesOf(item) }),
    );
    if (writes.length === itemsPerCommit) flush();
  };
  return { put, flush };
};
