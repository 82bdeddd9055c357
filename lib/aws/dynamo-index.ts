import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Order } from '#lib/images/images.ts';

type Attribute = { name: string; value: string };

/** One partition of an index, between two positions, both included; all of it by default. */
export type IndexRange = {
  table: string;
  index: string;
  partition: Attribute;
  /** The attribute of the sort key. */
  position: string;
  first?: string | undefined;
  last?: string | undefined;
  /** `desc` by default: newest first. */
  order?: Order | undefined;
};

const Item = z.record(z.string(), z.unknown());
export type IndexEntry = { position: string; entry: z.infer<typeof Item> };

/** The entries of a partition in its order, `pageSize` in a request: the next are read when they are asked for. */
export const readInOrder = async function* (
  { table, index, partition, position, first = ' ', last = '~', order }: IndexRange,
  pageSize: number,
  client: DynamoDBDocumentClient,
): AsyncGenerator<IndexEntry, undefined> {
  if (last < first) return undefined; // which DynamoDB refuses
  let startKey: Record<string, unknown> | undefined;
  do {
    const { Items: items = [], LastEvaluatedKey: lastKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: '#partition = :partition AND #position BETWEEN :first AND :last',
        ExpressionAttributeNames: { '#partition': partition.name, '#position': position },
        ExpressionAttributeValues: {
          ':partition': partition.value,
          ':first': first,
          ':last': last,
        },
        ScanIndexForward: order === 'asc',
        Limit: pageSize,
        ExclusiveStartKey: startKey,
      }),
    );
    for (const item of items) {
      const entry = Item.parse(item);
      yield { position: z.string().parse(entry[position]), entry };
    }
    startKey = lastKey;
  } while (startKey);
  return undefined;
};

/** Merges partitions, each in this order, into one such list. */
export const mergeInOrder = async function* (
  partitions: readonly AsyncGenerator<IndexEntry, undefined>[],
  order: Order = 'desc',
): AsyncGenerator<IndexEntry, undefined> {
  const heads = await Promise.all(
    partitions.map(async (rest) => ({ rest, next: (await rest.next()).value })),
  );
  for (;;) {
    let nearest: (typeof heads)[number] | undefined;
    for (const head of heads)
      if (head.next && (!nearest?.next || isBefore(head.next, nearest.next, order))) nearest = head;
    if (!nearest?.next) return undefined;
    const { next, rest } = nearest;
    nearest.next = (await rest.next()).value;
    yield next;
  }
};

const isBefore = (one: IndexEntry, other: IndexEntry, order: Order): boolean =>
  order === 'asc' ? one.position < other.position : one.position > other.position;
