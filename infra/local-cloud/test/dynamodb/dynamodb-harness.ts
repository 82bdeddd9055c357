import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type DynamodbOptions, startDynamodb } from '../../emulators/dynamodb/start-dynamodb.ts';

const connection = (endpoint: string) => ({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'secret' },
  maxAttempts: 1,
});

/** Clients of the real SDK for an endpoint. */
export const createClients = (endpoint: string) => {
  const client = new DynamoDBClient(connection(endpoint));
  const streams = new DynamoDBStreamsClient(connection(endpoint));
  onTestFinished(() => {
    client.destroy();
    streams.destroy();
  });
  return { client, streams };
};

/** A server with its clients, until the test has ended. */
export const start = async (options: Partial<DynamodbOptions> = {}) => {
  const running = await startDynamodb({ port: 0, ...options });
  onTestFinished(running.stop);
  return { ...running, ...createClients(running.url) };
};

/** An empty folder that goes when the test has ended. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A table named `things` with the hash key `id`; with whatever else is given. */
export const createThings = (client: DynamoDBClient, more: Partial<CreateTableCommandInput> = {}) =>
  client.send(
    new CreateTableCommand({
      TableName: 'things',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    }),
  );

/** One server with the table `things` for all tests of a file. */
export const shareThings = () => {
  let running: Awaited<ReturnType<typeof startDynamodb>> | undefined;
  let client: DynamoDBClient | undefined;
  beforeAll(async () => {
    running = await startDynamodb({ port: 0 });
    client = new DynamoDBClient(connection(running.url));
    await createThings(client);
  });
  afterAll(async () => {
    client?.destroy();
    await running?.stop();
  });
  return {
    get client() {
      if (!client) throw new Error('The server is started before the tests only.');
      return client;
    },
  };
};

export const withStream = {
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
} as const;

/** A table `rows` with hash key `pk` (S) and a range key `sk` of a type. */
export const createRows = (
  client: DynamoDBClient,
  rangeType: 'S' | 'N' | 'B' = 'S',
  more: Partial<CreateTableCommandInput> = {},
) =>
  client.send(
    new CreateTableCommand({
      TableName: 'rows',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: rangeType },
        ...(more.AttributeDefinitions ?? []),
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      ...(more.GlobalSecondaryIndexes && {
        GlobalSecondaryIndexes: more.GlobalSecondaryIndexes,
      }),
      ...(more.LocalSecondaryIndexes && { LocalSecondaryIndexes: more.LocalSecondaryIndexes }),
      ...(more.StreamSpecification && { StreamSpecification: more.StreamSpecification }),
    }),
  );
