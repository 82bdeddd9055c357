import {
  DeleteTableCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createRows, createThings, emptyFolder, start, withStream } from './dynamodb-harness.ts';
import { describe, TableName } from './table-fixtures.ts';

test('DescribeTable returns the table as it was created', async () => {
  const { client } = await start();
  const by = (name: string) => [{ AttributeName: name, KeyType: 'HASH' as const }];
  const created = await createThings(client, {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'group', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'by-group', KeySchema: by('group'), Projection: { ProjectionType: 'ALL' } },
    ],
    SSESpecification: { Enabled: true },
    Tags: [{ Key: 'stage', Value: 'dev' }],
    ...withStream,
  });

  expect(created.TableDescription?.TableStatus).toBe('CREATING');
  await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 5 }, { TableName });
  expect(await describe(client)).toMatchObject({
    TableName,
    TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/things',
    TableStatus: 'ACTIVE',
    CreationDateTime: expect.any(Date),
    KeySchema: by('id'),
    ItemCount: 0,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    SSEDescription: { Status: 'ENABLED' },
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-group',
        IndexStatus: 'ACTIVE',
        KeySchema: by('group'),
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    LatestStreamArn: expect.stringMatching(/table\/things\/stream\/\d{4}-\d\d-\d\dT/),
  });
});

test('DescribeTable counts the items and their bytes', async () => {
  const { client } = await start();
  await createThings(client);
  for (const id of ['one', 'two'])
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));

  expect(await describe(client)).toMatchObject({ ItemCount: 2, TableSizeBytes: 2 * (2 + 3) });
});

test('tables are listed by name, in pages', async () => {
  const { client } = await start();
  const names = ['alpha', 'beta', 'delta', 'gamma'];
  await Promise.all(names.toReversed().map((name) => createThings(client, { TableName: name })));

  const first = await client.send(new ListTablesCommand({ Limit: 3 }));
  const second = await client.send(
    new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }),
  );

  expect(first.TableNames).toEqual(names.slice(0, 3));
  expect(second.TableNames).toEqual(['gamma']);
  expect(second.LastEvaluatedTableName).toBeUndefined();
});

test('an existing table is not created again, a deleted one can be', async () => {
  const { client } = await start();
  await createThings(client);
  await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'old' } } }));
  await expect(createThings(client)).rejects.toMatchObject({ name: 'ResourceInUseException' });

  await client.send(new DeleteTableCommand({ TableName }));

  await expect(describe(client)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found: Table: things not found',
  });
  await createThings(client);
  expect(await describe(client)).toMatchObject({ ItemCount: 0 });
});

test('a protected table is not deleted', async () => {
  const { client } = await start();
  await createThings(client, { DeletionProtectionEnabled: true });
  const remove = () => client.send(new DeleteTableCommand({ TableName }));
  await expect(remove()).rejects.toMatchObject({ name: 'ValidationException' });

  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));

  await expect(remove()).resolves.toBeDefined();
});

test.each([
  [{ KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' as const }] }, 'not defined'],
  [{ KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' as const }] }, 'not a HASH key'],
  [
    {
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' as const },
        { AttributeName: 'unused', AttributeType: 'S' as const },
      ],
    },
    'Some AttributeDefinitions are not used',
  ],
  [{ BillingMode: 'PROVISIONED' as const }, 'must both be specified'],
  [{ TableName: 'no' }, 'between 3 and 255 characters'],
  [{ TableName: 'with space' }, 'failed to satisfy constraint'],
])('a table is refused: %j: %s', async (wrong, message) => {
  const { client } = await start();
  await expect(createThings(client, wrong)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  });
});

test('an added index is backfilled from the table, and can be removed', async () => {
  const folder = emptyFolder();
  const first = await start({ folder });
  await createRows(first.client);
  for (let n = 0; n < 700; n++)
    await first.client.send(
      new PutItemCommand({
        TableName: 'rows',
        Item: { pk: { S: 'p' }, sk: { S: `${n}` }, group: { S: n % 7 ? 'six' : 'one' } },
      }),
    );
  await first.client.send(
    new PutItemCommand({
      TableName: 'rows',
      Item: { pk: { S: 'p' }, sk: { S: 'misfit' }, group: { N: '1' } },
    }),
  );
  await first.client.send(
    new UpdateTableCommand({
      TableName: 'rows',
      AttributeDefinitions: [{ AttributeName: 'group', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'by-group',
            KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        },
      ],
    }),
  );
  await first.stop();

  const { client } = await start({ folder });
  const count = () =>
    client.send(
      new QueryCommand({
        TableName: 'rows',
        IndexName: 'by-group',
        KeyConditionExpression: '#g = :g',
        ExpressionAttributeNames: { '#g': 'group' },
        ExpressionAttributeValues: { ':g': { S: 'one' } },
        Select: 'COUNT',
      }),
    );

  expect((await count()).Count).toBe(100);
  await client.send(
    new UpdateTableCommand({
      TableName: 'rows',
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-group' } }],
    }),
  );
  await expect(count()).rejects.toMatchObject({ name: 'ValidationException' });
  expect((await describe(client, 'rows'))?.GlobalSecondaryIndexes).toBeUndefined();
});
