import { setTimeout as pause } from 'node:timers/promises';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RenditionSets } from '#lib/images/images.ts';
import { succeeded } from './dynamo-conditions.ts';
import { getSet, isOwner, ownerNames, setKey } from './dynamo-rendition-set-items.ts';

/** The right to have a rendition set described, as an attribute of its item. */
export const dynamoCaptionLeases = (
  table: string,
  client: DynamoDBDocumentClient,
): Pick<RenditionSets, 'leaseCaption' | 'releaseCaption'> => ({
  async leaseCaption(set, { now, until }) {
    const isFree = '(attribute_not_exists(#until) OR #until <= :now)';
    const acquired = await succeeded(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: setKey(set.renditionSetId),
          UpdateExpression: 'SET #until = :until',
          ConditionExpression: `${isOwner} AND attribute_not_exists(#caption) AND ${isFree}`,
          ExpressionAttributeNames: { ...ownerNames, ...captionNames },
          ExpressionAttributeValues: {
            ':owner': set.owner,
            ':now': now.toISOString(),
            ':until': until.toISOString(),
          },
        }),
      ),
    );
    if (acquired) return { acquired };
    const found = await getSet(table, set.renditionSetId, client);
    if (found?.set.owner !== set.owner) return { gone: true };
    if (found.set.caption) return { caption: found.set.caption };
    return { heldUntil: new Date(found.captionLeasedUntil ?? now) };
  },

  async releaseCaption(set, caption) {
    const change = new UpdateCommand({
      TableName: table,
      Key: setKey(set.renditionSetId),
      UpdateExpression: `${caption ? 'SET #caption = :caption ' : ''}REMOVE #until`,
      ConditionExpression: isOwner,
      ExpressionAttributeNames: {
        ...ownerNames,
        '#until': captionNames['#until'],
        ...(caption && captionNames),
      },
      ExpressionAttributeValues: {
        ':owner': set.owner,
        ...(caption && { ':caption': caption }),
      },
    });
    // It may be locked by a transaction, or gone. If it cannot be changed, the lease ends by its time.
    for (let tries = 0; tries < maxTries; tries++) {
      if (await succeeded(client.send(change))) return;
      const found = await getSet(table, set.renditionSetId, client);
      if (found?.set.owner !== set.owner) return;
      await pause(Math.random() * 20 * 2 ** tries);
    }
  },
});

const maxTries = 5;
const captionNames = { '#caption': 'caption', '#until': 'captionLeasedUntil' };
