import { randomUUID } from 'node:crypto';
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

/**
 * The ring of processes in DynamoDB. `head` gives out numbers; number n lives in slot n mod 1000,
 * whoever was there before. A slot, and what its change adds to the counters, are written in one
 * transaction, so that sets and evictions are exact also when we are killed; the counters are 16,
 * so that processes begun at the same moment do not meet in one. Hits and misses are added by
 * themselves: one may be counted twice where the SDK repeats a request whose answer was lost.
 */
export const dynamoEditSessions = (
  { editSessionsTable }: { editSessionsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): EditSessions => {
  const TableName = editSessionsTable;

  const increment = async (name: 'next' | 'hits' | 'misses'): Promise<number> => {
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

  const readSlot = async (slot: number): Promise<Slot | undefined> => {
    const { Item: item } = await client.send(
      new GetCommand({ TableName, Key: slotKey(slot), ConsistentRead: true }),
    );
    return item && parseItem(Slot, item);
  };

  /** False where another was quicker; `overtaken` where the ring has gone round meanwhile. */
  const putSession = async (
    number: number,
    process: EditSession,
    now: Date,
  ): Promise<boolean | 'overtaken'> => {
    const slot = number % maxEditSessions;
    const old = await readSlot(slot);
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

  const read = async (initId: string, now: Date): Promise<VersionedEditSession | undefined> => {
    const slot = ringIndex(initId);
    const found = slot === undefined ? undefined : await readSlot(slot);
    return found?.process.initId === initId && isAlive(found.process, now)
      ? { process: found.process, version: found.v }
      : undefined;
  };

  return {
    async add({ ttlSeconds }, now) {
      let number = await increment('next');
      const secret = randomUUID();
      for (let tries = 0; tries < maxTries; tries++) {
        if (tries) await pause(Math.random() * Math.min(500, 5 * 2 ** tries));
        const process: EditSession = {
          initId: makeInitId(number % maxEditSessions, secret),
          createdAt: now.toISOString(),
          expiresAt: new Date(now.getTime() + ttlSeconds * 1000).toISOString(),
          editIds: [],
        };
        const added = await putSession(number, process, now);
        if (added === true) return process;
        if (added === 'overtaken') number = await increment('next');
      }
      throw new Error(`No slot could be taken in ${maxTries} tries.`);
    },

    async find(initId, now) {
      const found = await read(initId, now);
      await increment(found ? 'hits' : 'misses');
      return found;
    },

    read,

    async save(before, after) {
      const slot = ringIndex(after.initId);
      if (slot === undefined) return false;
      return succeeded(
        client.send(
          new UpdateCommand({
            TableName,
            Key: slotKey(slot),
            UpdateExpression: 'SET #process = :process, #v = :after',
            // Versions begin anew with whoever takes the slot, so they alone would not tell.
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
    },

    report: (now) => readReport(TableName, now, client),
  };
};

/** When DynamoDB may remove it, seconds; it takes its time, so every read looks for itself. */
const toExpiry = ({ expiresAt }: EditSession): number => Math.ceil(Date.parse(expiresAt) / 1000);

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
