import { DeleteTableCommand, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { createThings, emptyFolder, start, withStream } from './dynamodb-harness.ts';
import { allRecords, findStream, openIterator } from './read-stream.ts';
import { Key, open, put, remove, TableName } from './stream-fixtures.ts';

const dayMs = 24 * 60 * 60 * 1000;

test('a shard iterator expires after 15 minutes', async () => {
  let now = Date.now();
  const { streams } = await open({ now: () => now });
  const ShardIterator = await openIterator(streams, TableName);

  now += 15 * 60 * 1000 + 1;

  await expect(streams.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
    name: 'ExpiredIteratorException',
  });
  await expect(
    streams.send(new GetRecordsCommand({ ShardIterator: 'made up' })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('stream records are stored for a day, and a later reader gets TrimmedDataAccessException', async () => {
  let now = Date.now();
  const { client, streams } = await open({ now: () => now });
  await put(client, 'old');
  await put(client, 'old too');
  const [first] = await allRecords(streams, TableName);
  const { StreamArn, ShardId } = await findStream(streams, TableName);

  now += dayMs + 1;
  await put(client, 'new');

  const records = await allRecords(streams, TableName);
  expect(records.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S)).toEqual(['new']);
  const late = new GetShardIteratorCommand({
    StreamArn,
    ShardId,
    ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    SequenceNumber: first?.dynamodb?.SequenceNumber,
  });
  await expect(streams.send(late)).rejects.toMatchObject({ name: 'TrimmedDataAccessException' });
});

test('sequence numbers continue after a restart, even where every record was trimmed', async () => {
  const folder = emptyFolder();
  let now = Date.now();
  const first = await open({ folder, now: () => now });
  await put(first.client, 'a');
  const [before] = await allRecords(first.streams, TableName);
  await first.stop();
  now += dayMs + 1;
  await sweepAll(folder, now);

  const second = await start({ folder, now: () => now });
  await put(second.client, 'b');
  const [after, ...others] = await allRecords(second.streams, TableName);

  expect(others).toEqual([]);
  const [old, fresh] = [before, after].map((one) => BigInt(one?.dynamodb?.SequenceNumber ?? 0));
  expect(fresh).toBeGreaterThan(old ?? 0n);
});

/** Sweeps a folder once, from beginning to end. */
const sweepAll = async (folder: string, now: number) => {
  const { sweep, stop } = await start({ folder, now: () => now });
  sweep();
  await stop();
};

test('a stream can be enabled and disabled while its table has items', async () => {
  const { client, streams } = await start();
  await createThings(client);
  await put(client, 'before');
  await client.send(new UpdateTableCommand({ TableName, ...withStream }));
  await put(client, 'a');
  await expect(
    client.send(new UpdateTableCommand({ TableName, ...withStream })),
  ).rejects.toMatchObject({ name: 'ResourceInUseException' });

  await client.send(
    new UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: false } }),
  );
  await put(client, 'after');

  const { StreamDescription } = await findStream(streams, TableName);
  expect(StreamDescription).toMatchObject({
    StreamStatus: 'DISABLED',
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  });
  const page = await streams.send(
    new GetRecordsCommand({ ShardIterator: await openIterator(streams, TableName) }),
  );
  expect(page.Records?.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S)).toEqual(['a']);
  expect(page.NextShardIterator).toBeUndefined(); // the shard is closed and read to its end
});

test('the stream of a table that was deleted can be read for a day', async () => {
  let now = Date.now();
  const { client, streams, sweep } = await open({ now: () => now });
  await put(client, 'a');
  const { StreamArn, ShardId } = await findStream(streams, TableName);
  const read = async () => {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    return (await streams.send(new GetRecordsCommand({ ShardIterator }))).Records;
  };

  await client.send(new DeleteTableCommand({ TableName }));
  await createThings(client, withStream);
  sweep();
  expect(await read()).toMatchObject([{ dynamodb: { Keys: Key } }]);
  expect(await allRecords(streams, TableName)).toEqual([]); // the new table's own stream

  now += dayMs + 1;
  sweep();
  await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a listener of a table is called after each commit that added stream records', async () => {
  const { client, onStreamRecords } = await open();
  await createThings(client, { TableName: 'others', ...withStream });
  let calls = 0;
  const unsubscribe = onStreamRecords(TableName, () => {
    calls += 1;
  });

  await put(client, 'a');
  await put(client, 'a'); // changes nothing
  await client.send(new PutItemCommand({ TableName: 'others', Item: Key }));
  await remove(client, 'a');
  expect(calls).toBe(2);

  unsubscribe();
  await put(client, 'a');
  expect(calls).toBe(2);
});
