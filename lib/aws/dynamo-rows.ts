import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RowCounts } from '#lib/batches/batch.ts';
import type { Rows, VersionedRow } from '#lib/batches/batches.ts';
import { countRow, Row } from '#lib/batches/row.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { increment, totalCounters } from './dynamo-counters.ts';
import { parseItem } from './stored-names.ts';

/** Six digits, so that text sorts as numbers do. */
const rowPart = (number: number) => `row#${String(number).padStart(6, '0')}`;
const rowKey = (requestId: string, number: number) => ({
  request_id: requestId,
  part: rowPart(number),
});

const Item = z
  .object({ v: z.int(), row: Row })
  .transform(({ v, row }): VersionedRow => ({ row, version: v }));

const maxPerTransaction = 100; // TransactWriteItems' limit
const maxBytesPerTransaction = 3_500_000; // of its 4 MB; names, types and conditions come on top
const zeroCounters: RowCounts = { products: 0, images: 0, failed: 0 };

type Table = { batchesTable: string; client: DynamoDBDocumentClient };

/** The rows of batches in DynamoDB, with counters for each batch. */
export const dynamoRows = (
  { batchesTable, countersTable }: { batchesTable: string; countersTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Rows => {
  const table: Table = { batchesTable, client };
  return {
    async add(requestId, rows) {
      for (const some of splitForTransactions(rows)) {
        const puts = some.map((row) => toPut(table, requestId, row, undefined));
        const added = await succeeded(
          client.send(
            new TransactWriteCommand({ TransactItems: puts.map((put) => ({ Put: put })) }),
          ),
        );
        // Some are there, since this repeats a delivery that was killed; the others one by one.
        if (!added) for (const put of puts) await addOne(table, put);
      }
    },

    async find(requestId, number) {
      const { Item: item } = await client.send(
        new GetCommand({
          TableName: batchesTable,
          Key: rowKey(requestId, number),
          ConsistentRead: true,
        }),
      );
      return item && parseItem(Item, item);
    },

    async save(requestId, before, after) {
      const put = toPut(table, requestId, after, before);
      const difference = counterDeltas(before.row, after);
      return succeeded(
        Object.keys(difference).length
          ? client.send(
              new TransactWriteCommand({
                TransactItems: [
                  { Put: put },
                  increment({ countersTable, scope: requestId, id: put.Item.part }, difference),
                ],
              }),
            )
          : client.send(new PutCommand(put)),
      );
    },

    async counts(requestId) {
      const sums = await totalCounters({ countersTable, scope: requestId }, client);
      return RowCounts.parse({ ...zeroCounters, ...sums });
    },

    page: (requestId, query) => readPage(table, requestId, query),
  };
};

const toPut = (
  { batchesTable }: Table,
  requestId: string,
  row: Row,
  before: VersionedRow | undefined,
) => ({
  TableName: batchesTable,
  Item: { ...rowKey(requestId, row.number), v: (before?.version ?? 0) + 1, row },
  ...ifUnchanged(before),
});

const addOne = async ({ batchesTable, client }: Table, put: ReturnType<typeof toPut>) => {
  if (await succeeded(client.send(new PutCommand(put)))) return;
  const { Item: item } = await client.send(
    new GetCommand({
      TableName: batchesTable,
      Key: { request_id: put.Item.request_id, part: put.Item.part },
      ConsistentRead: true,
    }),
  );
  if (!item) throw new Error(`${put.Item.part} is locked by another transaction.`);
};

const readPage = async (
  { batchesTable, client }: Table,
  requestId: string,
  { limit, after }: { limit: number; after: number },
): ReturnType<Rows['page']> => {
  const { Items: items = [], LastEvaluatedKey: readTo } = await client.send(
    new QueryCommand({
      TableName: batchesTable,
      KeyConditionExpression: '#id = :id AND #part BETWEEN :after AND :last',
      ExpressionAttributeNames: { '#id': 'request_id', '#part': 'part' },
      ExpressionAttributeValues: {
        ':id': requestId,
        ':after': rowPart(after + 1),
        ':last': rowPart(999_999),
      },
      Limit: limit + 1, // one more shows whether there is more
      ConsistentRead: true,
    }),
  );
  const rows = items.slice(0, limit).map((item) => parseItem(Item, item).row);
  // A query also stops at 1 MB. We do not read on: a hundred rows may be 20 MB, and a response
  // of Lambda has 6 at most. What one query returns is at most 5.3 as JSON.
  const isCut = items.length > limit || readTo !== undefined;
  return { rows, next: isCut ? rows.at(-1)?.number : undefined };
};

/** Rows that fit into one transaction together. A row's JSON is longer than its item is large. */
const splitForTransactions = (rows: readonly Row[]): Row[][] => {
  const slices: Row[][] = [];
  let slice: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const rowBytes = Buffer.byteLength(JSON.stringify(row));
    if (slice.length === maxPerTransaction || bytes + rowBytes > maxBytesPerTransaction) {
      slices.push(slice);
      slice = [];
      bytes = 0;
    }
    slice.push(row);
    bytes += rowBytes;
  }
  return slice.length > 0 ? [...slices, slice] : slices;
};

const counterDeltas = (before: Row, after: Row): Record<string, number> => {
  const old = countRow(before);
  return Object.fromEntries(
    Object.entries(countRow(after))
      .map(([name, n]) => [name, (n ?? 0) - (old[RowCounts.keyof().parse(name)] ?? 0)] as const)
      .filter(([, n]) => n !== 0),
  );
};
