import {
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createThings, emptyFolder, start, withStream } from './dynamodb-harness.ts';
import { eventually } from './eventually.ts';
import { allRecords } from './read-stream.ts';

const TableName = 'things';
const seconds = () => Math.floor(Date.now() / 1000);
const expiring = (at: number) => ({ expires: { N: String(at) } });
const put = (client: DynamoDBClient, id: string, rest = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...rest } }));
const find = async (client: DynamoDBClient, id: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item;
const enable = (client: DynamoDBClient) =>
  client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    }),
  );
const idsIn = async (client: DynamoDBClient) => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  return Items.map((item) => item['id']?.S).toSorted();
};

test('expired items, and no others, are removed, even after a restart', async () => {
  const folder = emptyFolder();
  const first = await start({ folder });
  await createThings(first.client);
  await enable(first.client);
  await put(first.client, 'expired', expiring(seconds() - 3600));
  await put(first.client, 'fresh', expiring(seconds() + 900));
  await put(first.client, 'ageless');
  await put(first.client, 'text', { expires: { S: '1000' } });
  const sixYears = 6 * 365 * 24 * 3600;
  await put(first.client, 'long ago', expiring(seconds() - sixYears)); // DynamoDB leaves these alone
  await first.stop();

  const { client } = await start({ folder, sweepEveryMs: 30 });
  const expired = await eventually(
    () => find(client, 'expired'),
    (item) => item === undefined,
  );

  expect(expired).toBeUndefined();
  expect(await idsIn(client)).toEqual(['ageless', 'fresh', 'long ago', 'text']);
  const described = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  expect(described.TimeToLiveDescription).toEqual({
    AttributeName: 'expires',
    TimeToLiveStatus: 'ENABLED',
  });
});

test('every expired item is found, in many steps, also those older than the TTL setting', async () => {
  const { client } = await start({ sweepEveryMs: 30 });
  await createThings(client);
  const ageless = Array.from({ length: 20 }, (_, nth) => `ageless ${nth}`);
  await Promise.all(ageless.map((id) => put(client, id)));
  const expired = Array.from({ length: 130 }, (_, nth) => `expired ${nth}`);
  await Promise.all(expired.map((id) => put(client, id, expiring(seconds() - 60))));

  await enable(client);

  const left = await eventually(
    () => idsIn(client),
    ({ length }) => length === ageless.length,
  );
  expect(left).toEqual(ageless.toSorted());
});

test('an item whose expiry was extended is not removed', async () => {
  let now = Date.now();
  const { client } = await start({ sweepEveryMs: 10, now: () => now });
  await createThings(client);
  await enable(client);
  await put(client, 'renewed', expiring(seconds() + 60));
  await put(client, 'control', expiring(seconds() + 60));
  await put(client, 'renewed', expiring(seconds() + 6000));

  now += 120_000;

  await eventually(
    () => find(client, 'control'),
    (item) => item === undefined,
  );
  expect(await idsIn(client)).toEqual(['renewed']);
});

test('the stream record of an expired item names the service, that of a request does not', async () => {
  const { client, streams, meter } = await start({ sweepEveryMs: 30 });
  await createThings(client, withStream);
  await enable(client);
  await put(client, 'expired', expiring(seconds() - 60));
  const unitsBefore = meter.report().total.writeUnits;

  const records = await eventually(
    () => allRecords(streams, TableName),
    ({ length }) => length === 2,
  );

  expect(records[0]?.userIdentity).toBeUndefined();
  expect(records[1]).toMatchObject({
    eventName: 'REMOVE',
    userIdentity: { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' },
    dynamodb: { OldImage: { id: { S: 'expired' } } },
  });
  expect(meter.report().total.writeUnits).toBe(unitsBefore); // it costs nothing
});
