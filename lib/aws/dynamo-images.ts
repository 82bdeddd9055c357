import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RawExif } from '#lib/images/exif.ts';
import type { Image } from '#lib/images/image.ts';
import type { Images, Versioned } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, ignoreConditionFailure, succeeded } from './dynamo-conditions.ts';
import { exifKey, fromItem, listPosition, recordKey, toItem } from './dynamo-image-items.ts';
import { dynamoListMonths } from './dynamo-list-months.ts';
import { dynamoLists } from './dynamo-lists.ts';
import { saveCaption, transactionWrites } from './dynamo-rendition-sets.ts';

export type ImageTables = {
  imagesTable: string;
  renditionSetsTable: string;
  listMonthsTable: string;
};

const RawItem = z.object({ raw: z.string().transform((text): unknown => JSON.parse(text)) });

/** Images in DynamoDB, with their rendition sets; the tables are those of infra/tables.yml. */
export const dynamoImages = (
  { imagesTable, renditionSetsTable, listMonthsTable }: ImageTables,
  client: DynamoDBDocumentClient = dynamodb(),
): Images => {
  const listMonths = dynamoListMonths({ listMonthsTable, kind: 'images' }, client);

  return {
    ...dynamoLists({ imagesTable, listMonths, client }),
    ...dynamoRawExif(imagesTable, client),

    async find(imageId) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: imagesTable, Key: recordKey(imageId), ConsistentRead: true }),
      );
      return item && fromItem(item);
    },

    async save(before, after, renditionSetChange) {
      await listMonths.add(listPosition(after).month);
      const put = toPut(imagesTable, before, after);
      const writes = renditionSetChange
        ? transactionWrites(renditionSetsTable, renditionSetChange)
        : [];
      const saved = await succeeded(
        writes.length
          ? client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...writes] }))
          : client.send(new PutCommand(put)),
      );
      if (saved && renditionSetChange?.action === 'setCaption')
        await saveCaption(renditionSetsTable, renditionSetChange, client);
      return saved;
    },
  };
};

const dynamoRawExif = (
  imagesTable: string,
  client: DynamoDBDocumentClient,
): Pick<Images, 'getRawExif' | 'putRawExif' | 'deleteRawExif'> => ({
  async getRawExif(imageId) {
    const { Item: item } = await client.send(
      new GetCommand({ TableName: imagesTable, Key: exifKey(imageId), ConsistentRead: true }),
    );
    return item && RawExif.parse(RawItem.parse(item).raw);
  },

  async putRawExif(imageId, rev, raw) {
    // As text, and only if no newer revision's tags are stored: a slow worker may still write.
    await ignoreConditionFailure(
      client.send(
        new PutCommand({
          TableName: imagesTable,
          Item: { ...exifKey(imageId), rev, raw: JSON.stringify(raw) },
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

/**
 * Writes the record with an optimistic lock.
 *
 * The SDK repeats a request whose response was lost, though it may have been carried out. DynamoDB
 * recognizes a repeated transaction by its ClientRequestToken, which the SDK makes once per command
 * (the member is modelled as an idempotency token and filled in when the command is serialized, before
 * its retries), so it responds as it did the first time and counts nothing twice. A repeated plain Put
 * finds its own version and fails, so that `save` returns false for a change that took place:
 * updateImage then reads that change and decides on it, as it would for a message delivered twice.
 */
const toPut = (table: string, before: Versioned | undefined, after: Image) => ({
  TableName: table,
  Item: toItem(after, (before?.version ?? 0) + 1),
  ...ifUnchanged(before),
});
