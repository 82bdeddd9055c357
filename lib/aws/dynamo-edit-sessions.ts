import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import {
  type EditSession,
  isAlive,
  makeInitId,
  maxEditSessions,
  ringIndex,
} from '#lib/edits/edit-session.ts';
import type { EditSessions, VersionedEditSession } from '#lib/edits/edit-sessions.ts';
import { dynamodb } from './clients.ts';
import { succeeded } from './dynamo-conditions.ts';
import { counterKey, headKey, readReport, Slot, slotKey } from './dynamo-edit-sessions-report.ts';
import { parseItem } from './stored-names.ts';

const maxTries = 20;

type Table = { TableName: string; client: DynamoDBDocumentClient };

/**
 * Edit sessions in DynamoDB, as a ring buffer. `head` gives out numbers; session n is stored in slot
 * n mod 1000, and replaces the one before it. A slot and its counters are written in one transaction,
 * so that sets and evictions are exact even if the function is killed; there are 16 counters, so that
 * sessions added at the same moment do not conflict. Hits and misses are incremented on their own: one
 * may be counted twice where the SDK repeats a request whose response was lost.
 */
export const dynamoEditSessions = (
  { editSessionsTable }: { editSessionsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): EditSessions => {
  const table: Table = { TableName: editSessionsTable, client };
  return {
    add: (options, now) => add(table, options, now),

    async find(initId, now) {
      const found = await read(table, initId, now);
      await increment(table, found ? 'hits' : 'misses');
      return found;
    },

    read: (initId, now) => read(table, initId, now),
    save: (before, after) => save(table, before, after),
    report: (now) => readReport(editSessionsTable, now, client),
  };
};

const increment = async (
  { TableName, client }: Table,
  name: 'next' | 'hits' | 'misses',
): Promise<number> => {
  const { Attributes } = await client.send(
    new UpdateCommand({
      TableName,
      Key: headKey,
      UpdateExpression: 'ADD #name :one',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return z.int().parse(Attributes?.[name]);
};

const readSlot = async ({ TableName, client }: Table, slot: number): Promise<Slot | undefined> => {
  const { Item: item } = await client.send(
    new GetCommand({ TableName, Key: slotKey(slot), ConsistentRead: true }),
  );
  return item && parseItem(Slot, item);
};

/** False after a conflict; `overtaken` where the ring has gone round in the meantime. */
const putSession = async (
  table: Table,
  number: number,
  process: EditSession,
  now: Date,
): Promise<boolean | 'overtaken'> => {
  const { TableName, client } = table;
  const slot = number % maxEditSessions;
  const old = await readSlot(table, slot);
  if (old && old.n > number) return 'overtaken';
  const evictions = old && isAlive(old.process, now) ? 1 : 0;
  return succeeded(
    client.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName,
              Item: { ...slotKey(slot), n: number, v: 1, process, expires: toExpiry(process) },
              ConditionExpression: old ? '#n = :n' : 'attribute_not_exists(#n)',
              ExpressionAttributeNames: { '#n': 'n' },
              ...(old && { ExpressionAttributeValues: { ':n': old.n } }),
            },
          },
          {
            Update: {
              TableName,
              Key: counterKey(number),
              UpdateExpression: 'ADD #sets :one, #evictions :evictions',
              ExpressionAttributeNames: { '#sets': 'sets', '#evictions': 'evictions' },
              ExpressionAttributeValues: { ':one': 1, ':evictions': evictions },
            },
          },
        ],
      }),
    ),
  );
};

const read = async (
  table: Table,
  initId: string,
  now: Date,
): Promise<VersionedEditSession | undefined> => {
  const slot = ringIndex(initId);
  const found = slot === undefined ? undefined : await readSlot(table, slot);
  return found?.process.initId === initId && isAlive(found.process, now)
    ? { process: found.process, version: found.v }
    : undefined;
};

const add = async (
  table: Table,
  { ttlSeconds }: { ttlSeconds: number },
  now: Date,
): Promise<EditSession> => {
  let number = await increment(table, 'next');
  const secret = randomUUID();
  for (let tries = 0; tries < maxTries; tries++) {
    if (tries) await pause(Math.random() * Math.min(500, 5 * 2 ** tries));
    const process: EditSession = {
      initId: makeInitId(number % maxEditSessions, secret),
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + ttlSeconds * 1000).toISOString(),
      editIds: [],
    };
    const added = await putSession(table, number, process, now);
    if (added === true) return process;
    if (added === 'overtaken') number = await increment(table, 'next');
  }
  throw new Error(`No slot could be written in ${maxTries} attempts.`);
};

const save = async (
  { TableName, client }: Table,
  before: VersionedEditSession,
  after: EditSession,
): Promise<boolean> => {
  const slot = ringIndex(after.initId);
  if (slot === undefined) return false;
  return succeeded(
    client.send(
      new UpdateCommand({
        TableName,
        Key: slotKey(slot),
        UpdateExpression: 'SET #process = :process, #v = :after',
        // Versions start again with each session of a slot, so they alone do not identify one.
        ConditionExpression: '#process.#id = :id AND #v = :before',
        ExpressionAttributeNames: { '#process': 'process', '#v': 'v', '#id': 'initId' },
        ExpressionAttributeValues: {
          ':process': after,
          ':after': before.version + 1,
          ':before': before.version,
          ':id': after.initId,
        },
      }),
    ),
  );
};

/** When DynamoDB may delete it, Unix seconds. That may be days late, so every read checks the time. */
const toExpiry = ({ expiresAt }: EditSession): number => Math.ceil(Date.parse(expiresAt) / 1000);
