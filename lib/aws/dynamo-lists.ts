import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Image, type Status, statusOf } from '#lib/images/image.ts';
import type { Images } from '#lib/images/images.ts';
import { placeOf, readRecords } from './dynamo-image-items.ts';
import { pageOf } from './dynamo-pages.ts';
import type { Shelves } from './dynamo-list-months.ts';

type Deps = { imagesTable: string; shelves: Shelves; client: DynamoDBDocumentClient };
type Shelf = { month: string; status?: Status | 'deleting' | undefined };

const sweepPageSize = 100;

/** Images by month, of one status or of all. */
export const dynamoLists = (deps: Deps): Pick<Images, 'list' | 'unfinished'> => ({
  async list({ status, limit, from }) {
    const { things, cursor } = await pageOf(
      { limit, from, months: await deps.shelves.months() },
      {
        keysOn: (month, some) => keysOn({ month, status }, some, deps),
        standing: (month, keys) => standing(keys, { month, status }, deps),
      },
    );
    return { images: things, cursor };
  },

  async *unfinished(before) {
    const end = before.toISOString();
    for (const month of await deps.shelves.months()) {
      for (const status of ['queued', 'processing', 'deleting'] as const) {
        const shelf = { month, status };
        let from: string | undefined = end;
        while (from) {
          const found: Key[] = await keysOn(shelf, { limit: sweepPageSize, before: from }, deps);
          yield* await standing(found, shelf, deps);
          from = found.length === sweepPageSize ? found.at(-1)?.listedAt : undefined;
        }
      }
    }
  },
});

const Key = z
  .object({ image_id: z.string(), listed_at: z.string() })
  .transform(({ image_id, listed_at }) => ({ imageId: image_id, listedAt: listed_at }));
type Key = z.infer<typeof Key>;

/** Keys on one shelf, newest first, older than the place `before`. */
const keysOn = async (
  { month, status }: Shelf,
  { limit, before }: { limit: number; before: string | undefined },
  { imagesTable, client }: Deps,
): Promise<Key[]> => {
  const { Items: items = [] } = await client.send(
    new QueryCommand({
      TableName: imagesTable,
      IndexName: status ? 'by-status' : 'by-time',
      KeyConditionExpression: `#shelf = :shelf${before ? ' AND #place < :before' : ''}`,
      ExpressionAttributeNames: {
        '#shelf': status ? 'status_shelf' : 'shelf',
        ...(before && { '#place': 'listed_at' }),
      },
      ExpressionAttributeValues: {
        ':shelf': status ? `${status}#${month}` : month,
        ...(before && { ':before': before }),
      },
      ScanIndexForward: false,
      Limit: limit, // at most 101 keys: far from the 1 MB at which a query would stop by itself
    }),
  );
  return z.array(Key).parse(items);
};

/** The images behind these keys that still stand where the index says. */
const standing = async (
  keys: Key[],
  { status }: Shelf,
  { imagesTable, client }: Deps,
): Promise<Image[]> => {
  const images = await readRecords(
    imagesTable,
    keys.map(({ imageId }) => imageId),
    client,
  );
  const places = new Set(keys.map(({ listedAt }) => listedAt));
  return images.filter((image) => {
    const now = image.deleted ?? statusOf(image);
    const fits = status ? now === status : !image.deleted;
    return fits && places.has(placeOf(image).listedAt);
  });
};
