import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Edit } from '#lib/edits/edit.ts';
import type { Edits, VersionedEdit } from '#lib/edits/edits.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
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

  // A Put that the SDK repeats, because its response was lost, finds its own version and fails: the
  // next read then returns what this call wrote.
  save: (before, after) =>
    succeeded(
      client.send(
        new PutCommand({
          TableName: editSessionsTable,
          Item: {
            ...editKey(after.editId),
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
