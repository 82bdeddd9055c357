import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Edit } from '#lib/edits/edit.ts';
import { isAlive } from '#lib/edits/edit-session.ts';
import type { Edits, VersionedEdit } from '#lib/edits/edits.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { type IndexEntry, readInOrder } from './dynamo-index.ts';
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

  async list({ limit, after }, now) {
    const edits: Edit[] = [];
    let some: IndexEntry[] = [];
    let lookedAt = 0;
    let last: string | undefined;
    const readSome = async () => {
      edits.push(...(await readAlive(editSessionsTable, some, now, client)));
      lookedAt += some.length;
      some = [];
    };
    const range = { ...listed, table: editSessionsTable, last: after };
    for await (const entry of readInOrder(range, limit + 2, client)) {
      if (entry.position === after) continue;
      if (some.length === limit - edits.length) await readSome();
      if (edits.length === limit || lookedAt > maxLookedAt) return { edits, cursor: last };
      some.push(entry);
      last = entry.position;
    }
    await readSome();
    return { edits, cursor: undefined };
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
            partition: listed.partition.value,
            listed_at: listPosition(after),
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

/**
 * All edits are listed in one partition, which takes 1000 new ones a second. An edit's place in it never
 * changes, so that the index is written once for each.
 */
const listed = {
  index: 'by-time',
  partition: { name: 'partition', value: 'edits' },
  position: 'listed_at',
};

const listPosition = ({ createdAt, editId }: Edit) => `${createdAt}#${editId}`;

/** Some may have expired, which DynamoDB deletes late: a page looks at so many, and may be short. */
const maxLookedAt = 500;

const Key = z.object({ slot: z.string() });

/** The edits of these entries that have not expired, newest first. */
const readAlive = async (
  table: string,
  entries: readonly IndexEntry[],
  now: Date,
  client: DynamoDBDocumentClient,
): Promise<Edit[]> => {
  const items = await readMany(
    table,
    entries.map(({ entry }) => Key.parse(entry)),
    client,
  );
  return items
    .map((item) => fromEditItem(item).edit)
    .filter((edit) => isAlive(edit, now))
    .sort((one, other) => (listPosition(one) < listPosition(other) ? 1 : -1));
};
