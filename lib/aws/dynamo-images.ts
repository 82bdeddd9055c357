import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { counterNames, zeroCounters } from '#lib/images/counters.ts';
import type { Images } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { totalCounters } from './dynamo-counters.ts';
import { dynamoImageRecords } from './dynamo-image-records.ts';
import { dynamoLists } from './dynamo-lists.ts';
import { dynamoRawExif } from './dynamo-raw-exif.ts';

export type ImageTables = {
  imagesTable: string;
  renditionSetsTable: string;
  countersTable: string;
};

/** Images in DynamoDB, with their rendition sets; the tables are those of infra/tables.yml. */
export const dynamoImages = (
  { imagesTable, renditionSetsTable, countersTable }: ImageTables,
  client: DynamoDBDocumentClient = dynamodb(),
): Images => ({
  ...dynamoLists({ imagesTable, client }),
  ...dynamoImageRecords({ imagesTable, renditionSetsTable, client }),
  ...dynamoRawExif(imagesTable, client),

  async counts() {
    const sums = await totalCounters({ countersTable, scope: 'stats' }, client);
    const counts = { ...zeroCounters };
    for (const name of counterNames) counts[name] = sums[name] ?? 0;
    return counts;
  },
});
