import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import type { Change, ReadChange } from '#lib/events/changes.ts';
import { fromBatchItem } from './dynamo-batches.ts';
import { fromEditItem } from './dynamo-edits.ts';
import { fromItem } from './dynamo-image-items.ts';

type Tables = { imagesTable: string; batchesTable: string; editSessionsTable: string };

const Text = z.object({ S: z.string() });
/** The key of an image's record or a batch's head, or of an edit; other parts have none of these. */
const Keys = z.object({ part: Text.optional(), slot: Text.optional() });

/** Reads the changes of images, batches and edits from the streams of their tables. */
export const dynamoChanges =
  ({ imagesTable, batchesTable, editSessionsTable }: Tables): ReadChange =>
  ({ streamArn, keys, oldImage, newImage }) => {
    const table = tableName(streamArn);
    const { part, slot } = Keys.parse(keys);
    const change = <T>(read: (item: Record<string, unknown>) => T) => ({
      before: readImage(oldImage, read),
      after: readImage(newImage, read),
    });
    if (table === imagesTable && part?.S === 'record')
      return { record: 'image', ...change((item) => fromItem(item).image) } satisfies Change;
    if (table === batchesTable && part?.S === 'head')
      return { record: 'batch', ...change((item) => fromBatchItem(item).batch) } satisfies Change;
    if (table === editSessionsTable && slot?.S.startsWith('edit#'))
      return { record: 'edit', ...change((item) => fromEditItem(item).edit) } satisfies Change;
    return undefined;
  };

/** `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>` */
const tableName = (streamArn: string): string | undefined =>
  /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];

const readImage = <T>(image: unknown, read: (item: Record<string, unknown>) => T): T | undefined =>
  // DynamoDB wrote it: that these are attribute values is taken for granted, as the SDK does.
  image === undefined ? undefined : read(unmarshall(image as Record<string, AttributeValue>));
