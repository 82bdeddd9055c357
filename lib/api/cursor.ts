import { z } from 'zod';
import type { Status } from '#lib/images/image.ts';
import type { Place } from '#lib/images/images.ts';
import { Problem } from '#lib/problem.ts';

type Query = { status?: Status | undefined; cursor?: string | undefined };

/** [filter, month, after]: short, and of no meaning to the caller. */
const Cursor = z.tuple([
  z.string(),
  z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  z.string().max(200).nullable(),
]);

const filterOf = ({ status }: Query): string => status ?? '';

/** Where the next page begins, as the caller may send it back; null after the last page. */
export const cursorOf = (place: Place | undefined, query: Query): string | null =>
  place
    ? Buffer.from(JSON.stringify([filterOf(query), place.month, place.after ?? null])).toString(
        'base64url',
      )
    : null;

/** The place that a cursor names. Throws a Problem for one that we did not give for this filter. */
export const placeOf = (query: Query): Place | undefined => {
  if (query.cursor === undefined) return undefined;
  const parsed = Cursor.safeParse(jsonOf(query.cursor));
  if (!parsed.success)
    throw new Problem('invalid', 'cursor: not one of ours. Take it from page.next_cursor.');
  const [filter, month, after] = parsed.data;
  if (filter !== filterOf(query))
    throw new Problem('invalid', 'cursor: it belongs to a list with another status filter.');
  return { month, after: after ?? undefined };
};

const jsonOf = (cursor: string): unknown => {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
};
