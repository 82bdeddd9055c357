import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { RenditionSetChange, RenditionSets } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { dynamoCaptionLeases } from './dynamo-caption-leases.ts';
import { getSet, isOwner, ownerNames, setKey } from './dynamo-rendition-set-items.ts';

/** Rendition sets in DynamoDB, read strongly consistently: references are decided on what is read here. */
export const dynamoRenditionSets = (
  { renditionSetsTable }: { renditionSetsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): RenditionSets => ({
  find: async (renditionSetId) => (await getSet(renditionSetsTable, renditionSetId, client))?.set,
  ...dynamoCaptionLeases(renditionSetsTable, client),
});

/** The change of a set as part of a transaction. */
export const transactionWrite = (table: string, change: RenditionSetChange) => {
  if (change.action === 'create') {
    const { owner, caption, ...renditionSet } = change.renditionSet;
    const item = {
      ...setKey(renditionSet.renditionSetId),
      owner,
      refs: 1,
      caption,
      renditionSet,
    };
    const absent = 'attribute_not_exists(rendition_set_id)';
    return { Put: { TableName: table, Item: item, ConditionExpression: absent } };
  }
  const target = { TableName: table, Key: setKey(change.renditionSetId) };
  const names = { ...ownerNames, '#refs': 'refs' };
  if (change.action === 'addReference' || !change.last)
    return {
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
    };
  return {
    Delete: {
      ...target,
      ConditionExpression: `${isOwner} AND #refs = :one`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':owner': change.owner, ':one': 1 },
    },
  };
};
