import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { attentionOf, type Image, statusOf } from '#lib/images/image.ts';
import type { Images, ListQuery, Versioned } from '#lib/images/images.ts';
import { ignoreConditionFailure } from './dynamo-conditions.ts';
import { shards, statusShard, takenPosition, uploadedPosition } from './dynamo-image-indexes.ts';
import { readRecords } from './dynamo-image-items.ts';
import { toIndexRepair } from './dynamo-image-updates.ts';
import { type IndexEntry, type IndexRange, mergeInOrder, readInOrder } from './dynamo-index.ts';

type Deps = { imagesTable: string; client: DynamoDBDocumentClient };

/** A filter may pass over many images: a page looks at so many, and may be short. */
const maxLookedAt = 500;
const maxAtOnce = 100;

/**
 * Lists of images. An index holds keys only and may lag behind, so the records themselves are read and
 * decide: one that has moved since is left out, and is listed where it is now.
 */
export const dynamoLists = (deps: Deps): Pick<Images, 'list' | 'unfinished'> => ({
  async list(query) {
    const { limit } = query;
    const entries = readEntries(query, deps);
    const found: Listed[] = [];
    let lookedAt = 0;
    let cursor: string | undefined;
    // One more than is wanted shows whether there is another page.
    let ahead = (await entries.next()).value;
    while (ahead && found.length < limit && lookedAt < maxLookedAt) {
      const some: IndexEntry[] = [];
      // Often all of the first are what is asked for; where they are not, many have to be looked at.
      const wanted = lookedAt === 0 ? limit : maxAtOnce;
      while (ahead && some.length < wanted) {
        some.push(ahead);
        ahead = (await entries.next()).value;
      }
      found.push(...(await readStillListed(some, query, deps)));
      lookedAt += some.length;
      cursor = some.at(-1)?.position;
    }
    const images = found.slice(0, limit);
    if (found.length > limit) cursor = images.at(-1)?.position;
    else if (!ahead) cursor = undefined;
    return { images: images.map(({ image }) => image), cursor };
  },

  async *unfinished(before) {
    for (const shard of shards) {
      const range = { ...statusRange('unfinished', shard, deps), last: before.toISOString() };
      let some: IndexEntry[] = [];
      for await (const entry of readInOrder(range, maxAtOnce, deps.client)) {
        some.push(entry);
        if (some.length < maxAtOnce) continue;
        yield* await readUnfinished(some, deps);
        some = [];
      }
      yield* await readUnfinished(some, deps);
    }
  },
});

/** What a query reads, in its order: the sparse index where it holds what is asked for. */
const readEntries = async function* (
  query: ListQuery,
  deps: Deps,
): AsyncGenerator<IndexEntry, undefined> {
  const { sort = 'uploaded', order, status, limit, after } = query;
  const bounds = { ...toBounds(query), order };
  const pageSize = Math.ceil((2 * limit) / shards.length) + 2; // rarely does one have more of them
  const partitions = shards.map((shard) => {
    const range =
      sort === 'taken'
        ? timeRange('by-taken', 'taken_at', shard, deps)
        : status === undefined || status === 'done'
          ? timeRange('by-time', 'listed_at', shard, deps)
          : statusRange(status === 'failed' ? 'failed' : 'unfinished', shard, deps);
    return readInOrder({ ...range, ...bounds }, pageSize, deps.client);
  });
  for await (const entry of mergeInOrder(partitions, order))
    if (entry.position !== after) yield entry;
  return undefined;
};

/** Between `from` and `to`, and from the cursor on. */
const toBounds = ({ order, from, to, after }: ListQuery): { first: string; last: string } => {
  const [first, last] = [from ?? ' ', to === undefined ? '~' : `${to}~`];
  if (after === undefined) return { first, last };
  if (order === 'asc') return { first: after > first ? after : first, last };
  return { first, last: after < last ? after : last };
};

const timeRange = (
  index: 'by-time' | 'by-taken',
  position: 'listed_at' | 'taken_at',
  shard: string,
  { imagesTable }: Deps,
): IndexRange => ({
  table: imagesTable,
  index,
  partition: { name: 'shard', value: shard },
  position,
});

const statusRange = (
  attention: 'unfinished' | 'failed',
  shard: string,
  { imagesTable }: Deps,
): IndexRange => ({
  table: imagesTable,
  index: 'by-status',
  partition: { name: 'status_shard', value: statusShard(attention, shard) },
  position: 'listed_at',
});

type Listed = { image: Image; position: string };

const Key = z.object({ image_id: z.string() });

const readImages = (
  entries: readonly IndexEntry[],
  { imagesTable, client }: Deps,
): Promise<Versioned[]> =>
  readRecords(
    imagesTable,
    entries.map(({ entry }) => Key.parse(entry).image_id),
    client,
  );

/** The images of these entries that are still where the index says, and are what was asked for. */
const readStillListed = async (
  entries: readonly IndexEntry[],
  { sort, status, source }: ListQuery,
  deps: Deps,
): Promise<Listed[]> => {
  const places = new Set(entries.map(({ position }) => position));
  const toPosition = sort === 'taken' ? takenPosition : uploadedPosition;
  return (await readImages(entries, deps)).flatMap(({ image }) => {
    const position = toPosition(image) ?? '';
    const isListed = !image.deleted && places.has(position);
    const isWanted =
      (!status || statusOf(image) === status) && (!source || image.source === source);
    return isListed && isWanted ? [{ image, position }] : [];
  });
};

/** A worker may have been killed before it corrected the index: an image that has ended is taken out. */
const readUnfinished = async (entries: readonly IndexEntry[], deps: Deps): Promise<Image[]> => {
  const unfinished: Image[] = [];
  for (const record of await readImages(entries, deps))
    if (attentionOf(record.image) === 'unfinished') unfinished.push(record.image);
    else
      await ignoreConditionFailure(
        deps.client.send(new UpdateCommand(toIndexRepair(deps.imagesTable, record))),
      );
  return unfinished;
};
