import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RawExif } from '#lib/images/exif.ts';
import type { Images } from '#lib/images/images.ts';
import { ignoreConditionFailure } from './dynamo-conditions.ts';
import { exifKey } from './dynamo-image-items.ts';

const maxTextBytes = 1024 * 1024; // far beyond what RawExif allows

/** Deflated text; releases until 17aeaef stored the text itself. */
const Item = z.object({
  raw: z
    .union([
      z.string(),
      z
        .instanceof(Uint8Array)
        .transform((bytes) => inflateRawSync(bytes, { maxOutputLength: maxTextBytes }).toString()),
    ])
    .transform((text): unknown => JSON.parse(text)),
});

/** The raw tags of images, each in an item of its own beside the record. */
export const dynamoRawExif = (
  imagesTable: string,
  client: DynamoDBDocumentClient,
): Pick<Images, 'getRawExif' | 'putRawExif' | 'deleteRawExif'> => ({
  async getRawExif(imageId) {
    const { Item: item } = await client.send(
      new GetCommand({ TableName: imagesTable, Key: exifKey(imageId), ConsistentRead: true }),
    );
    return item && RawExif.parse(Item.parse(item).raw);
  },

  async putRawExif(imageId, rev, raw) {
    // Only if no newer revision's tags are stored: a slow worker may still write.
    await ignoreConditionFailure(
      client.send(
        new PutCommand({
          TableName: imagesTable,
          Item: { ...exifKey(imageId), rev, raw: deflateRawSync(JSON.stringify(raw)) },
          ...notNewer(rev),
        }),
      ),
    );
  },

  async deleteRawExif(imageId, rev) {
    await ignoreConditionFailure(
      client.send(
        new DeleteCommand({ TableName: imagesTable, Key: exifKey(imageId), ...notNewer(rev) }),
      ),
    );
  },
});

/** The condition that stored raw tags are not of a newer revision. */
const notNewer = (rev: number) => ({
  ConditionExpression: 'attribute_not_exists(image_id) OR #rev <= :rev',
  ExpressionAttributeNames: { '#rev': 'rev' },
  ExpressionAttributeValues: { ':rev': rev },
});
