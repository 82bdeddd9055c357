import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

/** The months in which something is listed, so that empty month partitions are not queried. */
export type ListMonths = {
  /** Newest first. */
  months(): Promise<string[]>;
  /** Call it before something is written to a month partition, so that lists never miss it. */
  add(month: string): Promise<void>;
};

const Item = z.object({ months: z.set(z.string()) });

/** The months of the images or of the batches, in one item: each takes a few bytes. */
export const dynamoListMonths = (
  { listMonthsTable, kind }: { listMonthsTable: string; kind: string },
  client: DynamoDBDocumentClient,
): ListMonths => {
  const known = new Set<string>(); // months are never removed: once per process is enough

  return {
    async months() {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: listMonthsTable, Key: { kind }, ConsistentRead: true }),
      );
      return item ? [...Item.parse(item).months].sort().reverse() : [];
    },

    async add(month) {
      if (known.has(month)) return;
      await client.send(
        new UpdateCommand({
          TableName: listMonthsTable,
          Key: { kind },
          UpdateExpression: 'ADD #months :month',
          ExpressionAttributeNames: { '#months': 'months' },
          ExpressionAttributeValues: { ':month': new Set([month]) },
        }),
      );
      known.add(month);
    },
  };
};
