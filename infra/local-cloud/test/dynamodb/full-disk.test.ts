import { type DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { find, put, TableName } from './durability-fixtures.ts';
import { createClients, createThings, emptyFolder, start, withStream } from './dynamodb-harness.ts';
import { startWithLittleRoom } from './killable.ts';
import { allRecords } from './read-stream.ts';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];

const ballast = (sizeBytes: number) => ({ ballast: { S: 'x'.repeat(sizeBytes) } });

const putAll = (client: DynamoDBClient, by: string, sizeBytes: number) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: ids.map((id) => ({
        Put: { TableName, Item: { id: { S: id }, by: { S: by }, ...ballast(sizeBytes) } },
      })),
    }),
  );

const startWriters = (client: DynamoDBClient) =>
  Promise.all(ids.map(async (id) => (await find(client, id))?.['by']?.S));

const allBy = (by: string) => ids.map(() => by);

const failed = { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } };

/** A folder with a table and `ids` in it, written while there was room. */
const filledFolder = async () => {
  const folder = emptyFolder();
  const first = await start({ folder });
  await createThings(first.client, withStream);
  await putAll(first.client, 'before', 10);
  await first.stop();
  return folder;
};

test('a transaction that does not fit on the disk gets a 500, and none of its writes is applied', async () => {
  const folder = await filledFolder();
  const limited = await startWithLittleRoom(folder, 500);
  const { client, streams } = createClients(limited.url);

  await expect(putAll(client, 'large', 150_000)).rejects.toMatchObject(failed);
  await expect(putAll(client, 'large', 150_000)).rejects.toMatchObject(failed);

  expect(await startWriters(client)).toEqual(allBy('before'));
  expect(await allRecords(streams, TableName)).toHaveLength(ids.length);
  await limited.kill();
  const { client: after } = await start({ folder });
  expect(await startWriters(after)).toEqual(allBy('before'));
  await putAll(after, 'after', 150_000);
  expect(await startWriters(after)).toEqual(allBy('after'));
});

test('a write that fits succeeds after one that did not, and survives a kill', async () => {
  const folder = await filledFolder();
  const limited = await startWithLittleRoom(folder, 500);
  const { client } = createClients(limited.url);
  await expect(putAll(client, 'large', 150_000)).rejects.toMatchObject(failed);

  await putAll(client, 'small', 10);
  await limited.kill();

  expect(await startWriters((await start({ folder })).client)).toEqual(allBy('small'));
});

test('on a full disk reads succeed, and small writes until no space is left at all', async () => {
  const folder = await filledFolder();
  const limited = await startWithLittleRoom(folder, 500);
  const { client } = createClients(limited.url);
  let stored = 0;
  const fill = async () => {
    for (;;) {
      await put(client, `filler ${stored}`, ballast(20_000));
      stored += 1;
    }
  };

  await expect(fill()).rejects.toMatchObject(failed);

  expect(stored).toBeGreaterThan(3);
  expect(await startWriters(client)).toEqual(allBy('before'));
  await limited.stop();
  const { client: after } = await start({ folder });
  expect(await find(after, `filler ${stored - 1}`)).toBeDefined();
  expect(await find(after, `filler ${stored}`)).toBeUndefined();
});
