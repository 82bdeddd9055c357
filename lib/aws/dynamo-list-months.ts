import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

/** The months in which something is listed, so that nobody has to look into empty ones. */
export type ListMonths = {
  /** Newest first. */
  months(): Promise<string[]>;
  /** To be called before something is put on a shelf, so that nothing is ever out of sight. */
  add(month: string): Promise<void>;
};

const Item = z.object({ months: z.set(z.string()) });

/** The shelves of one kind of thing, in one item: a month more is a few bytes more. */
export const dynamoListMonths = (
  { listMonthsTable, kind }: { listMonthsTable: string; kind: string },
  client: DynamoDBDocumentClient,
): ListMonths => {
  const known = new Set<string>(); // months are never taken away: once per process is enough

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
