import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Image, indexedStatus, type Status } from '#lib/images/image.ts';
import type { Images } from '#lib/images/images.ts';
import { listPosition, readRecords } from './dynamo-image-items.ts';
import type { ListMonths } from './dynamo-list-months.ts';
import { readPage } from './dynamo-pages.ts';

type Deps = { imagesTable: string; listMonths: ListMonths; client: DynamoDBDocumentClient };
type Partition = { month: string; status?: Status | 'deleting' | undefined };

const sweepPageSize = 100;

/** Lists of images by month, of one status or of all. */
export const dynamoLists = (deps: Deps): Pick<Images, 'list' | 'unfinished'> => ({
  async list({ status, limit, from }) {
    const { items, cursor } = await readPage(
      { limit, from, months: await deps.listMonths.months() },
      {
        queryKeys: (month, some) => queryKeys({ month, status }, some, deps),
        stillListed: (month, keys) => stillListed(keys, { month, status }, deps),
      },
    );
    return { images: items, cursor };
  },

  async *unfinished(before) {
    const end = before.toISOString();
    for (const month of await deps.listMonths.months()) {
      for (const status of ['queued', 'processing', 'deleting'] as const) {
        const partition = { month, status };
        let from: string | undefined = end;
        while (from) {
          const found: Key[] = await queryKeys(
            partition,
            { limit: sweepPageSize, before: from },
            deps,
          );
          yield* await stillListed(found, partition, deps);
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

/** Keys of one month partition, newest first, older than the position `before`. */
const queryKeys = async (
  { month, status }: Partition,
  { limit, before }: { limit: number; before: string | undefined },
  { imagesTable, client }: Deps,
): Promise<Key[]> => {
  const { Items: items = [] } = await client.send(
    new QueryCommand({
      TableName: imagesTable,
      IndexName: status ? 'by-status' : 'by-time',
      KeyConditionExpression: `#partition = :partition${before ? ' AND #position < :before' : ''}`,
      ExpressionAttributeNames: {
        '#partition': status ? 'status_partition' : 'partition',
        ...(before && { '#position': 'listed_at' }),
      },
      ExpressionAttributeValues: {
        ':partition': status ? `${status}#${month}` : month,
        ...(before && { ':before': before }),
      },
      ScanIndexForward: false,
      Limit: limit, // at most 101 keys: far from the 1 MB at which a query would stop by itself
    }),
  );
  return z.array(Key).parse(items);
};

/** The images of these keys that are still where the index says. */
const stillListed = async (
  keys: Key[],
  { status }: Partition,
  { imagesTable, client }: Deps,
): Promise<Image[]> => {
  const images = await readRecords(
    imagesTable,
    keys.map(({ imageId }) => imageId),
    client,
  );
  const places = new Set(keys.map(({ listedAt }) => listedAt));
  return images.filter((image) => {
    const now = indexedStatus(image);
    const fits = status ? now === status : !image.deleted;
    return fits && places.has(listPosition(image).listedAt);
  });
};
