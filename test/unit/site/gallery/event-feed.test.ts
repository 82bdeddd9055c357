import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventFeed } from '#functions/site/gallery/live/event-feed.ts';
import type { EventView } from '#lib/http/event-view.ts';

const anEvent = (id: string): EventView => ({
  event_id: id,
  type: 'image.done',
  at: '2026-11-20T10:00:00.000Z',
  data: { image_id: id, status: 'done', error: null, error_code: null },
});

/** A server that answers each request when the test says so. */
const given = () => {
  const asked: { after: string; waitSeconds: number }[] = [];
  const applied: string[] = [];
  const log: string[] = [];
  let inFlight = 0;
  let maxInFlight = 0;
  let answer: (result: EventView[] | Error) => void = () => {};
  const feed = eventFeed({
    read: (after, { waitSeconds, signal }) => {
      asked.push({ after, waitSeconds });
      maxInFlight = Math.max(maxInFlight, ++inFlight);
      return new Promise<{ data: EventView[]; page: { next_cursor: string } }>(
        (resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          answer = (result) => {
            if (result instanceof Error) reject(result);
            else resolve({ data: result, page: { next_cursor: `cursor-${asked.length}` } });
          };
        },
      ).finally(() => {
        inFlight--;
      });
    },
    apply: async (events) => {
      applied.push(...events.map(({ event_id: id }) => id));
    },
    resync: async () => {
      log.push('resync');
    },
    onLive: (isLive) => log.push(isLive ? 'live' : 'not live'),
    isRefused: (error) => error instanceof Error && error.message === 'refused',
  });
  const answers = async (result: EventView[] | Error, thenMs = 1000) => {
    answer(result);
    await vi.advanceTimersByTimeAsync(thenMs);
  };
  return { feed, asked, applied, log, answers, maxInFlight: () => maxInFlight };
};

describe('eventFeed', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins now, and asks for what comes after each answer, one request at a time', async () => {
    const { feed, asked, applied, log, answers, maxInFlight } = given();
    feed.start();
    feed.start();
    await answers([]);
    expect(log).toEqual(['live', 'resync']);
    await answers([anEvent('a'), anEvent('b')]);
    await answers([]);
    expect(applied).toEqual(['a', 'b']);
    expect(asked).toEqual([
      { after: 'now', waitSeconds: 0 },
      { after: 'cursor-1', waitSeconds: 20 },
      { after: 'cursor-2', waitSeconds: 20 },
      { after: 'cursor-3', waitSeconds: 20 },
    ]);
    expect(maxInFlight()).toBe(1);
    feed.stop();
  });

  it('waits longer after each failure, and goes on from the same cursor', async () => {
    const { feed, asked, log, answers } = given();
    feed.start();
    await answers([]);
    await answers(new Error('no connection'), 999);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(3);
    expect(log.at(-1)).toBe('not live');
    await answers(new Error('no connection'), 1999);
    expect(asked).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.at(-1)?.after).toBe('cursor-1');
    await answers([]);
    expect(log.at(-1)).toBe('live');
    feed.stop();
  });

  it('begins anew and reads everything again where its cursor is refused', async () => {
    const { feed, asked, log, answers } = given();
    feed.start();
    await answers([]);
    await answers(new Error('refused'));
    expect(asked.at(-1)).toEqual({ after: 'now', waitSeconds: 0 });
    await answers([]);
    expect(log).toEqual(['live', 'resync', 'not live', 'live', 'resync']);
    feed.stop();
  });

  it('asks for nothing after it was stopped, and goes on when it is started', async () => {
    const { feed, asked, answers } = given();
    feed.start();
    await answers([]);
    feed.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
    feed.start();
    expect(asked.at(-1)?.after).toBe('cursor-1');
    feed.stop();
  });
});
