import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

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
};

const Item = z.record(z.string(), z.unknown());
export type IndexEntry = { position: string; entry: z.infer<typeof Item> };

/** The entries of a partition, newest first, `pageSize` in a request: the next are read when they are asked for. */
export const readNewestFirst = async function* (
  { table, index, partition, position, first = ' ', last = '~' }: IndexRange,
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
        ScanIndexForward: false,
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

/** Merges partitions, each newest first, into one such list. */
export const mergeNewestFirst = async function* (
  partitions: readonly AsyncGenerator<IndexEntry, undefined>[],
): AsyncGenerator<IndexEntry, undefined> {
  const heads = await Promise.all(
    partitions.map(async (rest) => ({ rest, next: (await rest.next()).value })),
  );
  for (;;) {
    let newest: (typeof heads)[number] | undefined;
    for (const head of heads)
      if (head.next && (!newest?.next || head.next.position > newest.next.position)) newest = head;
    if (!newest?.next) return undefined;
    const { next, rest } = newest;
    newest.next = (await rest.next()).value;
    yield next;
  }
};
