import { setTimeout as pause } from 'node:timers/promises';
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const maxPerBatch = 100; // BatchGetItem's limit
const maxRounds = 8;

/** Reads many items of one table strongly consistently, in no order; missing ones are left out. */
export const readMany = async (
  table: string,
  wanted: readonly Record<string, unknown>[],
  client: DynamoDBDocumentClient,
): Promise<Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for (let from = 0; from < wanted.length; from += maxPerBatch) {
    let keys = wanted.slice(from, from + maxPerBatch);
    for (let round = 0; keys.length; round++) {
      if (round === maxRounds) throw new Error(`DynamoDB left ${keys.length} items unread.`);
      if (round) await pause(20 * 2 ** round);
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
      );
      found.push(...(Responses?.[table] ?? []));
      keys = UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return found;
};
