import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const maxPerBatch = 100; // BatchGetItem's limit
const maxRounds = 8;

/** Strongly consistent reads of many items of one table, in no order, without those that are not there. */
export const readMany = async (
  table: string,
  wanted: readonly Record<string, unknown>[],
  client: DynamoDBDocumentClient,
): Promise<Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for (let from = 0; from < wanted.length; from += maxPerBatch) {
    let keys = wanted.slice(from, from + maxPerBatch);
    for (let round = 0; keys.length; round++) {
      if (round === maxRounds) throw new Error(`DynamoDB left ${keys.length} records unread.`);
      if (round) await new Promise((resume) => setTimeout(resume, 20 * 2 ** round));
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
      );
      found.push(...(Responses?.[table] ?? []));
      keys = UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return found;
};
