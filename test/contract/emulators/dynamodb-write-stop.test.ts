import { create } from 'dynalite/db/index.js';
import { expect, test } from 'vitest';
import { writeStop } from '#infra/local/emulators/dynamodb/write-stop.ts';

/** A store whose disk may be full for a while: LevelDB would take writes as soon as it is not. */
const someStore = async () => {
  const store = create({});
  await store.db.open();
  const disk = { isFull: false };
  const { put } = store.db;
  store.db.put = (key, value, done) => {
    if (disk.isFull) setImmediate(done, new Error('no space left on device'));
    else put(key, value, done);
  };
  const stop = writeStop(store);
  const write = (key: string) =>
    new Promise<void>((resolve, reject) => {
      store.db.put(key, key, (error) => (error ? reject(error) : resolve()));
    });
  const remove = (key: string) =>
    new Promise<void>((resolve, reject) => {
      store.db.del(key, (error) => (error ? reject(error) : resolve()));
    });
  return { ...stop, disk, write, remove, read: (key: string) => store.db.getSync(key) };
};
const refusal = 'Until a restart no more are taken';

test('takes no write any more once one has failed, and reads on', async () => {
  const { disk, write, remove, read } = await someStore();
  await write('before');
  disk.isFull = true;
  await expect(write('failed')).rejects.toThrow(refusal);

  disk.isFull = false;

  await expect(write('after')).rejects.toThrow(refusal);
  await expect(remove('before')).rejects.toThrow(refusal);
  expect(['before', 'failed', 'after'].map(read)).toEqual(['before', undefined, undefined]);
});

test('does not answer for a write that stood in line behind the one that failed', async () => {
  const { disk, write } = await someStore();

  disk.isFull = true;
  const failed = write('failed');
  disk.isFull = false;
  const inLine = write('in line');

  await expect(failed).rejects.toThrow(refusal);
  await expect(inLine).rejects.toThrow(refusal);
});

test('can be told to take no more, and says why', async () => {
  const { refuseWrites, write } = await someStore();
  const cause = new Error('an item could not be put back');

  refuseWrites(cause);

  await expect(write('after')).rejects.toMatchObject({ cause });
});
