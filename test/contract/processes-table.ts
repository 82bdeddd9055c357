import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parse } from 'yaml';
import { z } from 'zod';
import { eventually } from '#test/support/eventually.ts';
import { embedded } from './backend.ts';

const Template = z.object({
  Resources: z.object({
    ProcessesTable: z.object({
      Properties: z.object({
        BillingMode: z.literal('PAY_PER_REQUEST'),
        KeySchema: z.array(
          z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
        ),
        AttributeDefinitions: z.array(
          z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
        ),
      }),
    }),
  }),
});

const tablesFile = new URL('../../infra/tables.yml', import.meta.url);

/** A new table like that of infra/tables.yml, and a way to be rid of it. */
export const makeProcessesTable = async (client: DynamoDBDocumentClient) => {
  const { Properties } = Template.parse(parse(readFileSync(tablesFile, 'utf8'))).Resources
    .ProcessesTable;
  const TableName = `contract-${randomUUID().slice(0, 18)}-ProcessesTable`;
  await client.send(new CreateTableCommand({ ...Properties, TableName }));
  await eventually(
    async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      if (Table?.TableStatus !== 'ACTIVE')
        throw new Error(`${TableName} is ${Table?.TableStatus}.`);
    },
    { within: 25_000, every: embedded ? 5 : 500 },
  );
  return {
    processesTable: TableName,
    remove: async () => {
      if (!embedded) await client.send(new DeleteTableCommand({ TableName }));
    },
  };
};
