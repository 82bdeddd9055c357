import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Image, type Status, statusOf } from '#lib/images/image.ts';
import type { Images, Page, Place } from '#lib/images/images.ts';
import { placeOf, readRecords } from './dynamo-image-items.ts';
import type { Shelves } from './dynamo-shelves.ts';

type Deps = { imagesTable: string; shelves: Shelves; client: DynamoDBDocumentClient };
type Shelf = { month: string; status?: Status | 'deleting' | undefined };

/** A page looks at so many stretches of shelf at most; where they are nearly empty it stays short. */
const mostQueries = 12;
const sweepPageSize = 100;

/**
 * Lists over months, newest first. An index holds keys only, and may lag behind, so the records
 * themselves are read and have the last word: one that has changed its status or its place since
 * is left out, and appears where it stands now.
 */
export const dynamoLists = (deps: Deps): Pick<Images, 'list' | 'unfinished'> => ({
  async list({ status, limit, from }) {
    const months = (await deps.shelves.months()).filter((month) => !from || month <= from.month);
    const images: Image[] = [];
    let place: Place | undefined = from;

    for (let queries = 0; months.length; queries++) {
      const [month = ''] = months;
      const after = place?.month === month ? place.after : undefined;
      if (queries === mostQueries) return pageOf(images, { month, after });

      // One more than are missing tells whether there is more, so that the last page knows it is.
      const missing = limit - images.length;
      const shelf = { month, status };
      const found = await keysOn(shelf, { limit: missing + 1, before: after }, deps);
      const taken = found.slice(0, missing);
      images.push(...(await standing(taken, shelf, deps)));

      place = { month, after: taken.at(-1)?.listedAt ?? after };
      if (found.length <= missing) months.shift();
      else if (images.length === limit) return pageOf(images, place);
    }
    return pageOf(images, undefined);
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

const pageOf = (images: Image[], cursor: Place | undefined): Page => ({ images, cursor });

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
