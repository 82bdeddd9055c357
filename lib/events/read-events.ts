import { Problem } from '#lib/problem.ts';
import type { Event } from './event.ts';
import type { EventLog, LogPosition } from './event-log.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** The log is about a second late; looking more often would not be noticed. */
const pollMs = 500;

const goneReason =
  'The events behind this cursor are not stored any more. Read the records that you need, and go on without after or with after=now.';

type Query = {
  /** A position; `beginning` of the last 24 hours, or the `end`. */
  after: LogPosition | 'beginning' | 'end';
  limit: number;
  /** How long to wait for the first event. */
  waitMs: number;
};

type Deps = { log: EventLog; now: () => Date; pause: (ms: number) => Promise<unknown> };

/** Events in the order in which they were recorded. Throws a Problem where the next ones are gone. */
export const readEvents = async (
  { after, limit, waitMs }: Query,
  { log, now, pause }: Deps,
): Promise<{ events: Event[]; next: LogPosition }> => {
  const from =
    after === 'end'
      ? await log.end()
      : after === 'beginning'
        ? await log.find(new Date(now().getTime() - dayMs))
        : after;
  const until = now().getTime() + waitMs;
  for (;;) {
    const read = await log.read(from, limit);
    if (!read) throw new Problem('invalid_cursor', goneReason);
    const leftMs = until - now().getTime();
    if (read.events.length > 0 || leftMs <= 0) return read;
    await pause(Math.min(pollMs, leftMs));
  }
};
