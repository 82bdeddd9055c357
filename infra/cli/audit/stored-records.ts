import { z } from 'zod';
import type { IndexAttributes } from '#lib/aws/dynamo-image-indexes.ts';
import { Batch } from '#lib/batches/batch.ts';
import { Row } from '#lib/batches/row.ts';
import type { Image } from '#lib/images/image.ts';
import { RenditionSet } from '#lib/images/images.ts';

/** An image, and the index attributes of its item, by which lists find it. */
export type StoredImage = {
  image: Image;
  version: number;
  indexAttributes: { [Name in keyof IndexAttributes]?: unknown };
};

export const StoredRenditionSet = z
  .object({
    owner: z.string(),
    refs: z.int(),
    renditionSet: RenditionSet.omit({ owner: true, refs: true, caption: true }),
  })
  .transform(({ renditionSet, owner, refs }) => ({ ...renditionSet, owner, refs }));
export type StoredRenditionSet = z.infer<typeof StoredRenditionSet>;

const pickNumbers = (attributes: Record<string, unknown>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, n]) => (typeof n === 'number' ? [[name, n]] : [])),
  );

export const StoredCounter = z
  .looseObject({ scope: z.string(), shard: z.string() })
  // How far each stream was counted is stored beside the counts.
  .transform(({ scope, shard, ...counts }) => ({ scope, shard, counts: pickNumbers(counts) }));
export type StoredCounter = z.infer<typeof StoredCounter>;

export const StoredRow = z
  .object({ request_id: z.string(), part: z.string().startsWith('row#'), row: Row })
  .transform(({ request_id: requestId, part, row }) => ({ requestId, part, row }));
export type StoredRow = z.infer<typeof StoredRow>;

export const StoredBatch = z.object({ batch: Batch }).transform(({ batch }) => batch);
export type StoredBatch = z.infer<typeof StoredBatch>;

/** Everything a stage stores, read item by item and object by object. */
export type StoredRecords = {
  images: StoredImage[];
  /** Images whose raw tags are stored, with the revision they are of. */
  rawTags: { imageId: string; rev: number }[];
  renditionSets: StoredRenditionSet[];
  counters: StoredCounter[];
  batches: StoredBatch[];
  rows: StoredRow[];
  /** ETags by key. */
  originals: Map<string, string>;
  derived: Set<string>;
};
