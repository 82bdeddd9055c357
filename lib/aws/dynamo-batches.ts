import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Batch, isUnfinished } from '#lib/batches/batch.ts';
import type { Batches, VersionedBatch } from '#lib/batches/batches.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { dynamoListMonths } from './dynamo-list-months.ts';
import { readPage } from './dynamo-pages.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

const headKey = (requestId: string) => ({ request_id: requestId, part: 'head' });

/** A batch's position in the list: `2026-11`, and within it `<ISO time>#<request id>`. */
const listPosition = ({ createdAt, requestId }: Batch) => ({
  month: createdAt.slice(0, 7),
  listedAt: `${createdAt}#${requestId}`,
});

/** A batch as it is stored. It is in the index of unfinished batches only while it is unfinished. */
const toItem = (batch: Batch, version: number) => {
  const { month, listedAt } = listPosition(batch);
  return {
    ...headKey(batch.requestId),
    v: version,
    partition: month,
    listed_at: listedAt,
    ...(isUnfinished(batch) && { unfinished: 'batch' }),
    batch,
  };
};

const Item = z
  .object({ v: z.int(), batch: Batch })
  .transform(({ v, batch }): VersionedBatch => ({ batch, version: v }));

/** Reads a stored batch; throws a ZodError where the item is no batch. */
export const fromBatchItem = (item: unknown): VersionedBatch => parseItem(Item, item);

const Key = z
  .object({ request_id: z.string(), listed_at: z.string() })
  .transform(({ request_id, listed_at }) => ({ requestId: request_id, listedAt: listed_at }));
type Key = z.infer<typeof Key>;

const sweepPageSize = 100;

type Table = { batchesTable: string; client: DynamoDBDocumentClient };

/** Batches in DynamoDB; their rows are in the same table (dynamo-rows.ts). */
export const dynamoBatches = (
  { batchesTable, listMonthsTable }: { batchesTable: string; listMonthsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Batches => {
  const table: Table = { batchesTable, client };
  const listMonths = dynamoListMonths({ listMonthsTable, kind: 'batches' }, client);

  return {
    async find(requestId) {
      const { Item: item } = await client.send(
        new GetCommand({
          TableName: batchesTable,
          Key: headKey(requestId),
          ConsistentRead: true,
        }),
      );
      return item && fromBatchItem(item);
    },

    async save(before, after) {
      await listMonths.add(listPosition(after).month);
      return succeeded(
        client.send(
          new PutCommand({
            TableName: batchesTable,
            Item: toItem(after, (before?.version ?? 0) + 1),
            ...ifUnchanged(before),
          }),
        ),
      );
    },

    async list({ limit, from }) {
      const { items, cursor } = await readPage(
        { limit, from, months: await listMonths.months() },
        {
          queryKeys: (value, some) =>
            queryKeys(table, { name: 'by-time', attribute: 'partition', value }, some),
          stillListed: (_, keys) => read(table, keys),
        },
      );
      return { batches: items, cursor };
    },

    async *unfinished(before) {
      const index = { name: 'by-unfinished', attribute: 'unfinished', value: 'batch' };
      for (let from: string | undefined = before.toISOString(); from; ) {
        const keys: Key[] = await queryKeys(table, index, { limit: sweepPageSize, before: from });
        yield* (await read(table, keys)).filter(isUnfinished);
        from = keys.length === sweepPageSize ? keys.at(-1)?.listedAt : undefined;
      }
    },
  };
};

const queryKeys = async (
  { batchesTable, client }: Table,
  index: { name: string; attribute: string; value: string },
  { limit, before }: { limit: number; before: string | undefined },
): Promise<Key[]> => {
  const { Items: items = [] } = await client.send(
    new QueryCommand({
      TableName: batchesTable,
      IndexName: index.name,
      KeyConditionExpression: `#partition = :partition${before ? ' AND #place < :before' : ''}`,
      ExpressionAttributeNames: {
        '#partition': index.attribute,
        ...(before && { '#place': 'listed_at' }),
      },
      ExpressionAttributeValues: {
        ':partition': index.value,
        ...(before && { ':before': before }),
      },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return z.array(Key).parse(items);
};

const read = async ({ batchesTable, client }: Table, keys: readonly Key[]): Promise<Batch[]> => {
  const items = await readMany(
    batchesTable,
    keys.map(({ requestId }) => headKey(requestId)),
    client,
  );
  const found = new Map(
    items.map((item) => {
      const { batch } = fromBatchItem(item);
      return [batch.requestId, batch] as const;
    }),
  );
  return keys.flatMap(({ requestId }) => found.get(requestId) ?? []);
};
