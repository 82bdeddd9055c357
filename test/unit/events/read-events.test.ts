import { describe, expect, it } from 'vitest';
import type { Event } from '#lib/events/event.ts';
import type { EventLog, LogPosition } from '#lib/events/event-log.ts';
import { readEvents } from '#lib/events/read-events.ts';
import { Problem } from '#lib/problem.ts';

const event: Event = {
  eventId: 'evt_1',
  type: 'image.done',
  at: '2026-11-21T10:00:00.000Z',
  data: { image_id: 'an-image', status: 'done', error: null, error_code: null },
};

/** A log whose one event appears after so many milliseconds, and a clock that a pause moves. */
const openLog = ({ appearsAfterMs = 0 } = {}) => {
  const startedAt = Date.parse('2026-11-21T10:00:00.000Z');
  let now = startedAt;
  const asked: LogPosition[] = [];
  const log: EventLog = {
    end: async () => ({ page: 7, offset: 0 }),
    find: async (since) => ({ page: since.getUTCDate(), offset: 0 }),
    read: async (from) => {
      asked.push(from);
      return now - startedAt >= appearsAfterMs
        ? { events: [event], next: { page: from.page + 1, offset: 0 } }
        : { events: [], next: from };
    },
  };
  const deps = {
    log,
    now: () => new Date(now),
    pause: async (ms: number) => {
      now += ms;
    },
  };
  return { deps, asked, elapsedMs: () => now - startedAt };
};

const after = { page: 3, offset: 2 };

describe('a reader of events', () => {
  it('gets what there is without waiting', async () => {
    const { deps, elapsedMs } = openLog();

    const read = await readEvents({ after, limit: 10, waitMs: 20_000 }, deps);

    expect(read).toEqual({ events: [event], next: { page: 4, offset: 0 } });
    expect(elapsedMs()).toBe(0);
  });

  it('waits for the first event, and then no longer', async () => {
    const { deps, elapsedMs } = openLog({ appearsAfterMs: 4800 });

    const { events } = await readEvents({ after, limit: 10, waitMs: 20_000 }, deps);

    expect(events).toEqual([event]);
    expect(elapsedMs()).toBe(5000);
  });

  it('gets its own position again when nothing happened in the time it waits', async () => {
    const { deps, asked, elapsedMs } = openLog({ appearsAfterMs: 60_000 });

    expect(await readEvents({ after, limit: 10, waitMs: 1200 }, deps)).toEqual({
      events: [],
      next: after,
    });
    expect(elapsedMs()).toBe(1200);
    expect(asked).toHaveLength(4);
  });

  it('begins a day ago, or at the end', async () => {
    const { deps, asked } = openLog();

    await readEvents({ after: 'beginning', limit: 10, waitMs: 0 }, deps);
    await readEvents({ after: 'end', limit: 10, waitMs: 0 }, deps);

    expect(asked).toEqual([
      { page: 20, offset: 0 },
      { page: 7, offset: 0 },
    ]);
  });

  it('gets an error when the events behind its cursor are gone', async () => {
    const { deps } = openLog();
    const log: EventLog = { ...deps.log, read: async () => undefined };

    const reading = readEvents({ after, limit: 10, waitMs: 20_000 }, { ...deps, log });

    await expect(reading).rejects.toThrow(Problem);
    await expect(reading).rejects.toThrow(/go on without after/);
  });
});
