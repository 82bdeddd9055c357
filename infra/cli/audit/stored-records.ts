import { z } from 'zod';
import { Batch } from '#lib/batches/batch.ts';
import { Row } from '#lib/batches/row.ts';
import type { Image } from '#lib/images/image.ts';
import { Content } from '#lib/images/images.ts';

/** An image, and what its item says beside it: copies, by which lists find it. */
export type KeptImage = {
  image: Image;
  version: number;
  copies: { listed_at?: unknown; shelf?: unknown; status_shelf?: unknown };
};

export const KeptContent = z
  .object({
    maker: z.string(),
    refs: z.int(),
    content: Content.omit({ maker: true, refs: true, caption: true }),
  })
  .transform(({ content, maker, refs }) => ({ ...content, maker, refs }));
export type KeptContent = z.infer<typeof KeptContent>;

export const KeptTally = z
  .object({ of: z.string(), shard: z.string() })
  .catchall(z.number())
  .transform(({ of, shard, ...counts }) => ({ of, shard, counts }));
export type KeptTally = z.infer<typeof KeptTally>;

export const KeptRow = z
  .object({ request_id: z.string(), part: z.string().startsWith('row#'), row: Row })
  .transform(({ request_id: requestId, part, row }) => ({ requestId, part, row }));
export type KeptRow = z.infer<typeof KeptRow>;

export const KeptBatch = z.object({ batch: Batch }).transform(({ batch }) => batch);
export type KeptBatch = z.infer<typeof KeptBatch>;

export const KeptShelf = z.object({ kind: z.string(), months: z.set(z.string()) });
export type KeptShelf = z.infer<typeof KeptShelf>;

/** Everything a Darkroom keeps, read item by item and object by object. */
export type Kept = {
  images: KeptImage[];
  /** Images whose raw tags are kept, with the revision they are of. */
  rawTags: { imageId: string; rev: number }[];
  contents: KeptContent[];
  tallies: KeptTally[];
  shelves: KeptShelf[];
  batches: KeptBatch[];
  rows: KeptRow[];
  /** ETags by key. */
  originals: Map<string, string>;
  derived: Set<string>;
};
