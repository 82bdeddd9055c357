import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { countNames, differenceOf, noCounts } from '#lib/images/counters.ts';
import { RawExif } from '#lib/images/exif.ts';
import type { Image } from '#lib/images/image.ts';
import type { Images, Versioned } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { happened, ifStill, unlessConditionFails } from './dynamo-conditions.ts';
import { keepCaption, writesOf } from './dynamo-rendition-sets.ts';
import { exifKey, itemOf, placeOf, recordKey, versionedOf } from './dynamo-image-items.ts';
import { dynamoLists } from './dynamo-lists.ts';
import { dynamoShelves } from './dynamo-list-months.ts';
import { addTo, sumOf } from './dynamo-counters.ts';

export type ImageTables = {
  imagesTable: string;
  contentsTable: string;
  talliesTable: string;
  shelvesTable: string;
};

const RawItem = z.object({ raw: z.string().transform((text): unknown => JSON.parse(text)) });

/** Images in DynamoDB, with their counts and contents; the tables are those of infra/tables.yml. */
export const dynamoImages = (
  { imagesTable, contentsTable, talliesTable, shelvesTable }: ImageTables,
  client: DynamoDBDocumentClient = dynamodb(),
): Images => {
  const shelves = dynamoShelves({ shelvesTable, kind: 'images' }, client);

  return {
    ...dynamoLists({ imagesTable, shelves, client }),

    async find(imageId) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: imagesTable, Key: recordKey(imageId), ConsistentRead: true }),
      );
      return item && versionedOf(item);
    },

    async swap(before, after, move) {
      await shelves.use(placeOf(after).month);
      const put = putOf(imagesTable, before, after);
      const difference = differenceOf(before?.image, after);
      const writes = [
        ...(Object.keys(difference).length
          ? [addTo({ talliesTable, of: 'stats', id: after.imageId }, difference)]
          : []),
        ...(move ? writesOf(contentsTable, move) : []),
      ];
      const swapped = await happened(
        writes.length
          ? client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...writes] }))
          : client.send(new PutCommand(put)),
      );
      if (swapped && move?.move === 'caption') await keepCaption(contentsTable, move, client);
      return swapped;
    },

    async counts() {
      const sums = await sumOf({ talliesTable, of: 'stats' }, client);
      const counts = { ...noCounts };
      for (const name of countNames) counts[name] = sums[name] ?? 0;
      return counts;
    },

    async findRawExif(imageId) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName: imagesTable, Key: exifKey(imageId), ConsistentRead: true }),
      );
      return item && RawExif.parse(RawItem.parse(item).raw);
    },

    async keepRawExif(imageId, rev, raw) {
      // As text, and only if no newer revision's tags are there: a late worker may still come by.
      await unlessConditionFails(
        client.send(
          new PutCommand({
            TableName: imagesTable,
            Item: { ...exifKey(imageId), rev, raw: JSON.stringify(raw) },
            ...notNewer(rev),
          }),
        ),
      );
    },

    async forgetRawExif(imageId, rev) {
      await unlessConditionFails(
        client.send(
          new DeleteCommand({ TableName: imagesTable, Key: exifKey(imageId), ...notNewer(rev) }),
        ),
      );
    },
  };
};

/** Of raw tags: only if they are not of a newer revision. */
const notNewer = (rev: number) => ({
  ConditionExpression: 'attribute_not_exists(image_id) OR #rev <= :rev',
  ExpressionAttributeNames: { '#rev': 'rev' },
  ExpressionAttributeValues: { ':rev': rev },
});

/**
 * Writes the record only if it is still the one that was read.
 *
 * The SDK repeats a request whose answer was lost, though it may have been carried out. A repeated
 * transaction is known to DynamoDB by its ClientRequestToken, which the SDK makes once per command
 * (the member is modelled as an idempotency token and filled in when the command is serialized,
 * before its retries), so it answers as it did the first time and counts nothing twice. A repeated
 * plain Put finds its own version and is turned away, so that `swap` says false for a change that
 * took place: changeImage then reads that change and decides on it, as it would for a message
 * delivered twice. No counts depend on a plain Put.
 */
const putOf = (table: string, before: Versioned | undefined, after: Image) => ({
  TableName: table,
  Item: itemOf(after, (before?.version ?? 0) + 1),
  ...ifStill(before),
});
