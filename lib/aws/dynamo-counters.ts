import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

/**
 * The shard, of 16, that counts what has this id. There are 16 so that no single item becomes hot; the
 * same id is always counted in the same shard, so that a reader never sees it in neither count or both.
 */
export const pickShard = (id: string): string => {
  const byte = createHash('sha256').update(id).digest().readUInt8(0);
  return String(byte & 15).padStart(2, '0');
};

/** Adds the difference to the counters, as part of a transaction. `id` chooses the shard. */
export const increment = (
  { countersTable, scope, id }: { countersTable: string; scope: string; id: string },
  difference: Record<string, number>,
) => {
  const entries = Object.entries(difference);
  return {
    Update: {
      TableName: countersTable,
      Key: { scope, shard: pickShard(id) },
      UpdateExpression: `ADD ${entries.map((_, n) => `#n${n} :n${n}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(entries.map(([name], n) => [`#n${n}`, name])),
      ExpressionAttributeValues: Object.fromEntries(entries.map(([, by], n) => [`:n${n}`, by])),
    },
  };
};

const Shard = z
  .object({ scope: z.string(), shard: z.string() })
  .catchall(z.number())
  .transform(({ scope: _, shard: __, ...counts }): Record<string, number> => counts);

/** The totals of all shards by name, in one strongly consistent request; a counter never incremented is absent. */
export const totalCounters = async (
  { countersTable, scope }: { countersTable: string; scope: string },
  client: DynamoDBDocumentClient,
): Promise<Record<string, number>> => {
  const { Items: items = [] } = await client.send(
    new QueryCommand({
      TableName: countersTable,
      KeyConditionExpression: '#scope = :scope',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': scope },
      ConsistentRead: true,
    }),
  );
  const sums: Record<string, number> = {};
  for (const counts of z.array(Shard).parse(items))
    for (const [name, n] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + n;
  return sums;
};
