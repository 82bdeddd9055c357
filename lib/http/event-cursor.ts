import { z } from 'zod';
import type { LogPosition } from '#lib/events/event-log.ts';
import { Problem } from '#lib/problem.ts';

/** [list, page, offset]: opaque to clients. */
const Cursor = z.tuple([z.literal('events'), z.int().min(0), z.int().min(0)]);

export const encodeEventCursor = ({ page, offset }: LogPosition): string =>
  Buffer.from(JSON.stringify(['events', page, offset])).toString('base64url');

/** The position of `after`. Throws a Problem where it is no cursor of events. */
export const decodeEventCursor = (after: string | undefined): LogPosition | 'beginning' | 'end' => {
  if (after === undefined) return 'beginning';
  if (after === 'now') return 'end';
  const parsed = Cursor.safeParse(parseJson(after));
  if (!parsed.success)
    throw new Problem(
      'invalid_cursor',
      'The parameter after is not a cursor of events. Take it from page.next_cursor, or send after=now.',
    );
  const [, page, offset] = parsed.data;
  return { page, offset };
};

const parseJson = (cursor: string): unknown => {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
};
