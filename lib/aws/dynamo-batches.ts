import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Batch, isUnfinished } from '#lib/batches/batch.ts';
import type { Batches, VersionedBatch } from '#lib/batches/batches.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { type IndexEntry, type IndexRange, readInOrder } from './dynamo-index.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

const headKey = (requestId: string) => ({ request_id: requestId, part: 'head' });

/** A batch's position in the list: `<ISO time>#<request id>`. */
const listPosition = ({ createdAt, requestId }: Batch) => `${createdAt}#${requestId}`;

/**
 * A batch as it is stored. All are listed in one partition, which takes 1000 new batches a second; in
 * the index of unfinished batches they are only while they are that.
 */
const toItem = (batch: Batch, version: number) => ({
  ...headKey(batch.requestId),
  v: version,
  partition: listed.value,
  listed_at: listPosition(batch),
  ...(isUnfinished(batch) && { unfinished: unfinished.value }),
  batch,
});

const listed = { name: 'partition', value: 'batches' };
const unfinished = { name: 'unfinished', value: 'batch' };

const Item = z
  .object({ v: z.int(), batch: Batch })
  .transform(({ v, batch }): VersionedBatch => ({ batch, version: v }));
/** Reads a stored batch; throws a ZodError where the item is no batch. */
export const fromBatchItem = (item: unknown): VersionedBatch => parseItem(Item, item);

const Key = z.object({ request_id: z.string() });

const sweepPageSize = 100;

type Table = { batchesTable: string; client: DynamoDBDocumentClient };

/** Batches in DynamoDB; their rows are in the same table (dynamo-rows.ts). */
export const dynamoBatches = (
  { batchesTable }: { batchesTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Batches => {
  const table: Table = { batchesTable, client };

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

    save(before, after) {
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

    async list({ limit, after }) {
      const range = { ...inIndex('by-time', listed, table), last: after };
      const entries: IndexEntry[] = [];
      for await (const entry of readInOrder(range, limit + 2, client)) {
        if (entry.position === after) continue;
        if (entries.length === limit)
          return { batches: await read(table, entries), cursor: entries.at(-1)?.position };
        entries.push(entry);
      }
      return { batches: await read(table, entries), cursor: undefined };
    },

    async *unfinished(before) {
      const range = {
        ...inIndex('by-unfinished', unfinished, table),
        last: before.toISOString(),
      };
      for await (const entry of readInOrder(range, sweepPageSize, client))
        yield* (await read(table, [entry])).filter(isUnfinished);
    },
  };
};

const inIndex = (
  index: string,
  partition: IndexRange['partition'],
  { batchesTable }: Table,
): IndexRange => ({ table: batchesTable, index, partition, position: 'listed_at' });

const read = async (
  { batchesTable, client }: Table,
  entries: readonly IndexEntry[],
): Promise<Batch[]> => {
  const requestIds = entries.map(({ entry }) => Key.parse(entry).request_id);
  const items = await readMany(batchesTable, requestIds.map(headKey), client);
  const found = new Map(
    items.map((item) => {
      const { batch } = fromBatchItem(item);
      return [batch.requestId, batch] as const;
    }),
  );
  return requestIds.flatMap((requestId) => found.get(requestId) ?? []);
};
