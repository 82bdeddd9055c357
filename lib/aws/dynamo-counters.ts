import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

/**
 * Which of 16 items counts a thing. They are 16 so that no single one becomes hot; the same thing
 * is always counted in the same one, so that a reader never sees it half moved between two counts.
 */
export const pickShard = (id: string): string => {
  const byte = createHash('sha256').update(id).digest().readUInt8(0);
  return String(byte & 15).padStart(2, '0');
};

/** A change of the counts of one thing as a part of a transaction. */
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

/** The sums of all shards, by name, in one strongly consistent request; a name never added to is absent. */
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
