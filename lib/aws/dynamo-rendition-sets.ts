import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RenditionSet, type RenditionSetChange, type RenditionSets } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { succeeded } from './dynamo-conditions.ts';

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

/** Contents in DynamoDB, read strongly consistent: a claim is decided on what is read here. */
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
    return item && Item.parse(item);
  },
});

/** A move's part in a transaction; none for a caption, which must not be able to fail one. */
export const transactionWrites = (table: string, renditionSetChange: RenditionSetChange) => {
  if (renditionSetChange.renditionSetChange === 'caption') return [];
  if (renditionSetChange.renditionSetChange === 'create') {
    const { owner, caption, ...renditionSet } = renditionSetChange.renditionSet;
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
  const target = { TableName: table, Key: { rendition_set_id: renditionSetChange.renditionSetId } };
  const names = { '#maker': 'maker', '#refs': 'refs' };
  if (renditionSetChange.renditionSetChange === 'claim' || !renditionSetChange.last)
    return [
      {
        Update: {
          ...target,
          UpdateExpression: 'ADD #refs :n',
          ConditionExpression:
            renditionSetChange.renditionSetChange === 'claim'
              ? '#maker = :maker'
              : '#maker = :maker AND #refs > :one',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues:
            renditionSetChange.renditionSetChange === 'claim'
              ? { ':maker': renditionSetChange.owner, ':n': 1 }
              : { ':maker': renditionSetChange.owner, ':n': -1, ':one': 1 },
        },
      },
    ];
  return [
    {
      Delete: {
        ...target,
        ConditionExpression: '#maker = :maker AND #refs = :one',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':maker': renditionSetChange.owner, ':one': 1 },
      },
    },
  ];
};

const maxTries = 5;

/**
 * Keeps a caption with its content, so that the next image with the same bytes need not pay for
 * one. Nothing is lost but that saving if we are killed just before. The content may be gone, or
 * in use by a transaction: then it is tried again a few times, and left.
 */
export const saveCaption = async (
  table: string,
  {
    renditionSetId,
    owner,
    caption,
  }: Extract<RenditionSetChange, { renditionSetChange: 'caption' }>,
  client: DynamoDBDocumentClient,
): Promise<void> => {
  for (let tries = 0; tries < maxTries; tries++) {
    const kept = await succeeded(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { rendition_set_id: renditionSetId },
          UpdateExpression: 'SET #caption = :caption',
          ConditionExpression: '#maker = :maker',
          ExpressionAttributeNames: { '#caption': 'caption', '#maker': 'maker' },
          ExpressionAttributeValues: { ':caption': caption, ':maker': owner },
        }),
      ),
    );
    if (kept) return;
    const { Item: item } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { rendition_set_id: renditionSetId },
        ConsistentRead: true,
      }),
    );
    if (item?.['maker'] !== owner) return; // gone with its last image
    await new Promise((resume) => setTimeout(resume, Math.random() * 20 * 2 ** tries));
  }
};
