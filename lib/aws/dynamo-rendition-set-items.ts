import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RenditionSet } from '#lib/images/images.ts';
import { parseItem } from './stored-names.ts';

const Item = z
  .object({
    owner: z.string(),
    refs: z.int(),
    caption: RenditionSet.shape.caption,
    captionLeasedUntil: z.iso.datetime().optional(),
    renditionSet: RenditionSet.omit({ owner: true, refs: true, caption: true }),
  })
  .transform(({ renditionSet, owner, refs, caption, captionLeasedUntil }) => {
    const set: RenditionSet = { ...renditionSet, owner, refs, ...(caption && { caption }) };
    return { set, captionLeasedUntil };
  });

export const setKey = (renditionSetId: string) => ({ rendition_set_id: renditionSetId });

/** Reads a set, strongly consistently, with the end of the lease on its caption. */
export const getSet = async (
  table: string,
  renditionSetId: string,
  client: DynamoDBDocumentClient,
): Promise<z.infer<typeof Item> | undefined> => {
  const { Item: item } = await client.send(
    new GetCommand({ TableName: table, Key: setKey(renditionSetId), ConsistentRead: true }),
  );
  return item && parseItem(Item, item);
};

// A set stored by 4d27351 has its owner in `maker`.
export const ownerNames = { '#owner': 'owner', '#maker': 'maker' };
export const isOwner = '(#owner = :owner OR #maker = :owner)';
