import {
  CreateTableCommand,
  DescribeEndpointsCommand,
  DescribeLimitsCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createThings, start } from './dynamodb-harness.ts';
import { describe, TableName } from './table-fixtures.ts';

test('a time to live can be enabled and disabled, each only once', async () => {
  const { client } = await start();
  await createThings(client);
  const set = (Enabled: boolean, AttributeName = 'expires') =>
    client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { Enabled, AttributeName },
      }),
    );
  const shown = async () =>
    (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;

  expect(await shown()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  await set(true);
  expect(await shown()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
  await expect(set(true)).rejects.toMatchObject({ message: 'TimeToLive is already enabled' });
  await expect(set(true, 'another')).rejects.toMatchObject({ name: 'ValidationException' });
  await set(false);
  expect(await shown()).toEqual({ TimeToLiveStatus: 'DISABLED' });
});

test('a table may be named by its ARN', async () => {
  const { client } = await start();
  await createThings(client);
  const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/things';
  expect(await describe(client, arn)).toMatchObject({ TableName });
});

test('tags of a table are added, listed and removed', async () => {
  const { client } = await start();
  const { TableDescription } = await createThings(client, {
    Tags: [{ Key: 'stage', Value: 'dev' }],
  });
  const ResourceArn = TableDescription?.TableArn;
  await client.send(
    new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value: 'pictures' }] }),
  );
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['stage'] }));

  const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));

  expect(Tags).toEqual([{ Key: 'team', Value: 'pictures' }]);
});

test('DescribeLimits and DescribeEndpoints return the defaults of AWS', async () => {
  const { client } = await start();
  const limits = await client.send(new DescribeLimitsCommand({}));
  expect(limits.TableMaxWriteCapacityUnits).toBe(40_000);
  const { Endpoints } = await client.send(new DescribeEndpointsCommand({}));
  expect(Endpoints?.[0]?.Address).toBe('dynamodb.us-east-1.amazonaws.com');
});

test('CreateTable requires its members', async () => {
  const { client } = await start();
  const wrong = { TableName, KeySchema: undefined, AttributeDefinitions: undefined };
  await expect(client.send(new CreateTableCommand(wrong as never))).rejects.toMatchObject({
    message: expect.stringContaining('Member must not be null'),
  });
});
