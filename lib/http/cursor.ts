import { z } from 'zod';
import type { Status } from '#lib/images/image.ts';
import type { ListPosition } from '#lib/images/images.ts';
import { Problem } from '#lib/problem.ts';

type Query = {
  status?: Status | undefined;
  cursor?: string | undefined;
  /** Which list, where it is not that of images. */
  list?: 'batches' | 'edits';
};

/** [filter, month, after]: short, and opaque to clients. */
const Cursor = z.tuple([
  z.string(),
  z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  z.string().max(200).nullable(),
]);

const filterName = ({ status, list }: Query): string => list ?? status ?? '';

/** The cursor of the next page; null after the last page. */
export const encodeCursor = (place: ListPosition | undefined, query: Query): string | null =>
  place
    ? Buffer.from(JSON.stringify([filterName(query), place.month, place.after ?? null])).toString(
        'base64url',
      )
    : null;

/** The position in a cursor. Throws a Problem for a cursor of another list or filter. */
export const decodeCursor = (query: Query): ListPosition | undefined => {
  if (query.cursor === undefined) return undefined;
  const parsed = Cursor.safeParse(parseJson(query.cursor));
  if (!parsed.success)
    throw new Problem('invalid', 'cursor: not one of ours. Take it from page.next_cursor.');
  const [filter, month, after] = parsed.data;
  if (filter !== filterName(query))
    throw new Problem(
      'invalid',
      'cursor: it belongs to another list, or to another status filter.',
    );
  return { month, after: after ?? undefined };
};

/** [request id, number of the last row shown] */
const ProductCursor = z.tuple([z.string(), z.int().positive()]);

/** The cursor of the next page of a batch's products; null after the last page. */
export const encodeProductCursor = (requestId: string, after: number | undefined): string | null =>
  after === undefined
    ? null
    : Buffer.from(JSON.stringify([requestId, after])).toString('base64url');

/** The number of the row before the page; 0 without a cursor. Throws a Problem for a cursor of another batch. */
export const decodeProductCursor = (requestId: string, cursor: string | undefined): number => {
  if (cursor === undefined) return 0;
  const parsed = ProductCursor.safeParse(parseJson(cursor));
  if (!parsed.success || parsed.data[0] !== requestId)
    throw new Problem('invalid', 'cursor: not one of this batch. Take it from page.next_cursor.');
  return parsed.data[1];
};

const parseJson = (cursor: string): unknown => {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
};
