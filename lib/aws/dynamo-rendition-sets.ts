import { setTimeout as pause } from 'node:timers/promises';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RenditionSet, type RenditionSetChange, type RenditionSets } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { succeeded } from './dynamo-conditions.ts';
import { parseItem } from './stored-names.ts';

const Item = z
  .object({
    owner: z.string(),
    refs: z.int(),
    caption: RenditionSet.shape.caption,
    renditionSet: RenditionSet.omit({ owner: true, refs: true, caption: true }),
  })
  .transform(
    ({ renditionSet, owner, refs, caption }): RenditionSet => ({
      ...renditionSet,
      owner,
      refs,
      ...(caption && { caption }),
    }),
  );

/** Rendition sets in DynamoDB, read strongly consistently: references are decided on what is read here. */
export const dynamoRenditionSets = (
  { renditionSetsTable }: { renditionSetsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): RenditionSets => ({
  async find(renditionSetId) {
    const { Item: item } = await client.send(
      new GetCommand({
        TableName: renditionSetsTable,
        Key: { rendition_set_id: renditionSetId },
        ConsistentRead: true,
      }),
    );
    return item && parseItem(Item, item);
  },
});

// A set stored by 4d27351 has its owner in `maker`.
const ownerNames = { '#owner': 'owner', '#maker': 'maker' };
const isOwner = '(#owner = :owner OR #maker = :owner)';

/** The change of a set as part of a transaction; none for a caption, which must not make one fail. */
export const transactionWrites = (table: string, change: RenditionSetChange) => {
  if (change.action === 'setCaption') return [];
  if (change.action === 'create') {
    const { owner, caption, ...renditionSet } = change.renditionSet;
    const item = {
      rendition_set_id: renditionSet.renditionSetId,
      owner,
      refs: 1,
      caption,
      renditionSet,
    };
    const absent = 'attribute_not_exists(rendition_set_id)';
    return [{ Put: { TableName: table, Item: item, ConditionExpression: absent } }];
  }
  const target = { TableName: table, Key: { rendition_set_id: change.renditionSetId } };
  const names = { ...ownerNames, '#refs': 'refs' };
  if (change.action === 'addReference' || !change.last)
    return [
      {
        Update: {
          ...target,
          UpdateExpression: 'ADD #refs :n',
          ConditionExpression:
            change.action === 'addReference' ? isOwner : `${isOwner} AND #refs > :one`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues:
            change.action === 'addReference'
              ? { ':owner': change.owner, ':n': 1 }
              : { ':owner': change.owner, ':n': -1, ':one': 1 },
        },
      },
    ];
  return [
    {
      Delete: {
        ...target,
        ConditionExpression: `${isOwner} AND #refs = :one`,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':owner': change.owner, ':one': 1 },
      },
    },
  ];
};

const maxTries = 5;

/**
 * Stores a caption with its rendition set, so that the next image with the same bytes need not pay for
 * one. If the function is killed just before, only that saving is lost. The set may be gone, or locked
 * by a transaction: then a few attempts are made, and it is left without.
 */
export const saveCaption = async (
  table: string,
  { renditionSetId, owner, caption }: Extract<RenditionSetChange, { action: 'setCaption' }>,
  client: DynamoDBDocumentClient,
): Promise<void> => {
  for (let tries = 0; tries < maxTries; tries++) {
    const saved = await succeeded(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { rendition_set_id: renditionSetId },
          UpdateExpression: 'SET #caption = :caption',
          ConditionExpression: isOwner,
          ExpressionAttributeNames: { ...ownerNames, '#caption': 'caption' },
          ExpressionAttributeValues: { ':caption': caption, ':owner': owner },
        }),
      ),
    );
    if (saved) return;
    const { Item: item } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { rendition_set_id: renditionSetId },
        ConsistentRead: true,
      }),
    );
    if (!item || parseItem(Item, item).owner !== owner) return; // gone with its last image
    await pause(Math.random() * 20 * 2 ** tries);
  }
};
