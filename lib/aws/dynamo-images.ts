import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Images } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { dynamoImageRecords } from './dynamo-image-records.ts';
import { dynamoLists } from './dynamo-lists.ts';
import { dynamoRawExif } from './dynamo-raw-exif.ts';

export type ImageTables = { imagesTable: string; renditionSetsTable: string };

/** Images in DynamoDB, with their rendition sets; the tables are those of infra/tables.yml. */
export const dynamoImages = (
  { imagesTable, renditionSetsTable }: ImageTables,
  client: DynamoDBDocumentClient = dynamodb(),
): Images => ({
  ...dynamoLists({ imagesTable, client }),
  ...dynamoImageRecords({ imagesTable, renditionSetsTable, client }),
  ...dynamoRawExif(imagesTable, client),
});
