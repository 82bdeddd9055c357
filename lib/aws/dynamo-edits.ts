import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Edit } from '#lib/edits/edit.ts';
import { isAlive, sessionTtl } from '#lib/edits/edit-session.ts';
import type { Edits, VersionedEdit } from '#lib/edits/edits.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { readPage } from './dynamo-pages.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

/** So that a worker still finds its edit when the session has just expired. */
const graceSeconds = 24 * 60 * 60;

const Item = z
  .object({ v: z.int(), edit: Edit })
  .transform(({ v, edit }): VersionedEdit => ({ edit, version: v }));

/** Reads a stored edit; throws a ZodError where the item is no edit. */
export const fromEditItem = (item: unknown): VersionedEdit => parseItem(Item, item);

/** Edits in DynamoDB, in the table of their sessions; they expire a day after those (`expires`, seconds). */
export const dynamoEdits = (
  { editSessionsTable }: { editSessionsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Edits => ({
  async find(editId) {
    const { Item: item } = await client.send(
      new GetCommand({ TableName: editSessionsTable, Key: editKey(editId), ConsistentRead: true }),
    );
    return item && fromEditItem(item);
  },

  async findAll(editIds) {
    const items = await readMany(editSessionsTable, editIds.map(editKey), client);
    const found = new Map(
      items.map((item) => {
        const { edit } = fromEditItem(item);
        return [edit.editId, edit] as const;
      }),
    );
    return editIds.flatMap((editId) => found.get(editId) ?? []);
  },

  async list({ limit, from }, now) {
    const { items, cursor } = await readPage(
      { limit, from, months: monthsOf(now) },
      {
        queryKeys: (month, some) => queryKeys(editSessionsTable, month, some, client),
        stillListed: async (_, keys) => {
          const items = await readMany(editSessionsTable, keys.map(toKey), client);
          const found = items.map((item) => fromEditItem(item).edit);
          return found.filter((edit) => isAlive(edit, now)).sort(newestFirst);
        },
      },
    );
    return { edits: items, cursor };
  },

  // A Put that the SDK repeats, because its response was lost, finds its own version and fails: the
  // next read then returns what this call wrote.
  save: (before, after) =>
    succeeded(
      client.send(
        new PutCommand({
          TableName: editSessionsTable,
          Item: {
            ...editKey(after.editId),
            ...listPosition(after),
            v: (before?.version ?? 0) + 1,
            expires: Math.ceil(Date.parse(after.expiresAt) / 1000) + graceSeconds,
            edit: after,
          },
          ...ifUnchanged(before),
        }),
      ),
    ),
});

const editKey = (editId: string) => ({ slot: `edit#${editId}` });

/** An edit's position in the list. It never changes, so that only a new edit is written to the index. */
const listPosition = ({ createdAt, editId }: Edit) => ({
  partition: createdAt.slice(0, 7),
  listed_at: `${createdAt}#${editId}`,
});

const newestFirst = (one: Edit, other: Edit): number =>
  listPosition(one).listed_at < listPosition(other).listed_at ? 1 : -1;

/** The months in which an edit that has not expired was started: its session lives for a week at most. */
const monthsOf = (now: Date): string[] => {
  const oldest = new Date(now.getTime() - sessionTtl.maxSeconds * 1000);
  return [...new Set([now, oldest].map((at) => at.toISOString().slice(0, 7)))];
};

const Key = z
  .object({ slot: z.string(), listed_at: z.string() })
  .transform(({ slot, listed_at }) => ({ slot, listedAt: listed_at }));
type Key = z.infer<typeof Key>;
const toKey = ({ slot }: Key) => ({ slot });

/** Keys of the edits of one month, newest first, older than the position `before`. */
const queryKeys = async (
  editSessionsTable: string,
  month: string,
  { limit, before }: { limit: number; before: string | undefined },
  client: DynamoDBDocumentClient,
): Promise<Key[]> => {
  const { Items: items = [] } = await client.send(
    new QueryCommand({
      TableName: editSessionsTable,
      IndexName: 'by-time',
      KeyConditionExpression: `#partition = :partition${before ? ' AND #place < :before' : ''}`,
      ExpressionAttributeNames: {
        '#partition': 'partition',
        ...(before && { '#place': 'listed_at' }),
      },
      ExpressionAttributeValues: { ':partition': month, ...(before && { ':before': before }) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return z.array(Key).parse(items);
};
