import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parse } from 'yaml';
import { z } from 'zod';
import { startDynamodb } from '#infra/local-cloud/emulators/dynamodb/start-dynamodb.ts';
import { startS3 } from '#infra/local-cloud/emulators/s3/start-s3.ts';
import { startSqs } from '#infra/local-cloud/emulators/sqs/start-sqs.ts';
import { openDynamodb, openS3, openSqs } from '#lib/aws/clients.ts';
import { eventually } from '#test/support/eventually.ts';

/**
 * The suites run on the embedded emulators, or on the services at AWS_ENDPOINT_URL: then with the region
 * and credentials of the environment. All resources have unique names, and are deleted in the end.
 */
export const embedded = !process.env['AWS_ENDPOINT_URL'];

const credentials = { accessKeyId: 'contract', secretAccessKey: 'contract-suite' };
const connection = (url: string) => ({ endpoint: url, region: 'us-east-1', credentials });
const nowhere = { url: '', stop: async () => {} };
const uniqueName = () => `contract-${randomUUID().slice(0, 18)}`;

const KeySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);
const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.literal('AWS::DynamoDB::Table'),
      Properties: z.object({
        TableName: z.string(),
        BillingMode: z.literal('PAY_PER_REQUEST'),
        KeySchema,
        StreamSpecification: z
          .object({ StreamViewType: z.literal('NEW_AND_OLD_IMAGES') })
          .transform((stream) => ({ ...stream, StreamEnabled: true }))
          .optional(),
        AttributeDefinitions: z.array(
          z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
        ),
        GlobalSecondaryIndexes: z
          .array(
            z.object({
              IndexName: z.string(),
              KeySchema,
              Projection: z.object({ ProjectionType: z.enum(['KEYS_ONLY', 'ALL']) }),
            }),
          )
          .optional(),
      }),
    }),
  ),
});

const tablesFile = new URL('../../infra/tables.yml', import.meta.url);
const templates = () => Template.parse(parse(readFileSync(tablesFile, 'utf8'))).Resources;

const tableNames = [
  'imagesTable',
  'renditionSetsTable',
  'countersTable',
  'eventsTable',
  'idempotencyTable',
  'batchesTable',
  'editSessionsTable',
] as const;
export type Tables = Record<(typeof tableNames)[number], string>;

/** `imagesTable` is ImagesTable in the template. */
const logicalName = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** DynamoDB, and a way to get the tables of infra/tables.yml under new names. */
export const openDynamodbBackend = async ({ conflict }: { conflict?: () => boolean } = {}) => {
  const server = embedded ? await startDynamodb({ port: 0 }) : nowhere;
  const client = openDynamodb(embedded ? connection(server.url) : {});
  if (conflict) injectConflicts(client, conflict);
  const made: string[] = [];

  const makeTable = async (logicalName: string) => {
    const template = templates()[logicalName];
    if (!template) throw new Error(`infra/tables.yml has no ${logicalName}.`);
    const { TableName: _, ...properties } = template.Properties;
    const name = `${uniqueName()}-${logicalName}`;
    await client.send(new CreateTableCommand({ ...properties, TableName: name }));
    made.push(name);
    await eventually(
      async () => {
        const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
        if (Table?.TableStatus !== 'ACTIVE') throw new Error(`${name} is ${Table?.TableStatus}.`);
      },
      { within: 25_000, every: embedded ? 5 : 500 },
    );
    return name;
  };

  return {
    client,
    makeTable,
    makeTables: async (): Promise<Tables> => {
      const made = {} as Tables;
      await Promise.all(
        tableNames.map(async (name) => {
          made[name] = await makeTable(logicalName(name));
        }),
      );
      return made;
    },
    stop: async () => {
      if (!embedded)
        for (const TableName of made) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      await server.stop();
    },
  };
};

/**
 * Answers a transaction with a TransactionConflict when `conflict` says so, in the client: on AWS two
 * transactions meet in one item, but no emulator ever works on two at a time.
 */
const injectConflicts = (client: DynamoDBDocumentClient, conflict: () => boolean) =>
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!commandName?.startsWith('TransactWrite') || !conflict()) return next(args);
        const [, ...others]: unknown[] = Object(args.input).TransactItems;
        throw new TransactionCanceledException({
          message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
          $metadata: { httpStatusCode: 400 },
          CancellationReasons: [
            { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
            ...others.map(() => ({ Code: 'None' })),
          ],
        });
      },
    { step: 'initialize', name: 'injectConflicts' },
  );

/** S3, and a way to get a new bucket. */
export const openS3Backend = async () => {
  const folder = embedded ? mkdtempSync(join(tmpdir(), 'darkroom-contract-')) : undefined;
  const { secretAccessKey } = credentials;
  const server = folder
    ? await startS3({ port: 0, folder, secretAccessKey, onEvent: async () => {} })
    : nowhere;
  const client = openS3(folder ? connection(server.url) : {});
  const made: string[] = [];

  const empty = async (Bucket: string) => {
    const { Contents: contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    const Objects = contents.map(({ Key }) => ({ Key }));
    if (Objects.length)
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  };

  return {
    client,
    makeBucket: async (): Promise<string> => {
      const Bucket = uniqueName();
      await client.send(new CreateBucketCommand({ Bucket }));
      made.push(Bucket);
      return Bucket;
    },
    stop: async () => {
      if (!folder)
        for (const Bucket of made) {
          await empty(Bucket);
          await client.send(new DeleteBucketCommand({ Bucket }));
        }
      client.destroy();
      await server.stop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** SQS, and a way to get the URL of a new queue. */
export const openSqsBackend = async () => {
  const server = embedded
    ? await startSqs({ port: 0, region: 'us-east-1', accountId: '000000000000' })
    : nowhere;
  const client = openSqs(embedded ? connection(server.url) : {});
  const made: string[] = [];

  return {
    client,
    makeQueue: async (): Promise<string> => {
      const { QueueUrl: url } = await client.send(
        new CreateQueueCommand({
          QueueName: uniqueName(),
          Attributes: { VisibilityTimeout: '60' },
        }),
      );
      if (!url) throw new Error('SQS sent no URL of the new queue.');
      made.push(url);
      return url;
    },
    stop: async () => {
      if (!embedded)
        for (const QueueUrl of made) await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
      await server.stop();
    },
  };
};
