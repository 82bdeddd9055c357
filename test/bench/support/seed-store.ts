import { join } from 'node:path';
import type { Engine } from '#infra/local-cloud/emulators/dynamodb/engine.ts';
import { openEngine } from '#infra/local-cloud/emulators/dynamodb/open-engine.ts';
import { commitWrites } from '#infra/local-cloud/emulators/dynamodb/operations/commit-writes.ts';
import { preparePut } from '#infra/local-cloud/emulators/dynamodb/operations/prepare-write.ts';
import { imageCountersKey } from '#lib/aws/dynamo-image-counters.ts';
import { addCounters, counterDeltas } from '#lib/images/counters.ts';
import { detailDeltas } from '#lib/images/detail-counters.ts';
import type { Image } from '#lib/images/image.ts';
import { toAttributes } from './seed-attributes.ts';
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
    let counters: Record<string, number> = {};
    for (let nth = count - 1; nth >= 0; nth--) {
      const { lives, item, rawItem } = await seededImage(nth);
      counters = addCounters([counters, ...countLives(lives)]);
      put('images', rawItem);
      put('images', item);
    }
    put('counters', { ...imageCountersKey(0), ...counters });
    flush();
    // They are counted above: project-changes would take minutes for a million.
    for (const stream of engine.catalog.streams()) while (stream.trim(Date.now() + 1) > 0);
  } finally {
    engine.database.close();
  }
};

/** What each of the writes that made this image adds. */
const countLives = (lives: readonly Image[]): Record<string, number>[] =>
  lives.map((after, at) => ({
    ...counterDeltas(lives[at - 1], after),
    ...detailDeltas(lives[at - 1], after),
  }));

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
      preparePut(engine, { TableName: `darkroom-dev-${table}`, Item: toAttributes(item) }),
    );
    if (writes.length === itemsPerCommit) flush();
  };
  return { put, flush };
};
