import { z } from 'zod';
import { Problem } from '#lib/problem.ts';

/** What a cursor belongs to: the name of a list, or its filters and order. */
type Query = Readonly<Record<string, unknown>>;

/** [query, position]: short, and opaque to clients. */
const Cursor = z.tuple([
  z.string(),
  z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{5,20}Z?#[\w-]{1,100}$/),
]);

/** All of a query but how much of it is read, and from where. */
const queryName = ({ cursor: _, limit: __, ...query }: Query): string =>
  Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');

/** The cursor of the next page; null after the last page. */
export const encodeCursor = (position: string | undefined, query: Query): string | null =>
  position === undefined
    ? null
    : Buffer.from(JSON.stringify([queryName(query), position])).toString('base64url');

/** The position in a cursor. Throws a Problem for a cursor of another list or filter. */
export const decodeCursor = (
  query: Query & { cursor?: string | undefined },
): string | undefined => {
  if (query.cursor === undefined) return undefined;
  const parsed = Cursor.safeParse(parseJson(query.cursor));
  if (!parsed.success)
    throw new Problem(
      'invalid_cursor',
      'The cursor is not one of ours. Take it from page.next_cursor.',
    );
  const [name, position] = parsed.data;
  if (name !== queryName(query))
    throw new Problem('invalid_cursor', 'The cursor belongs to another list, or to other filters.');
  return position;
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
    throw new Problem(
      'invalid_cursor',
      'The cursor is not one of this batch. Take it from page.next_cursor.',
    );
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
