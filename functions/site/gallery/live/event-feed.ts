import type { EventView } from '#lib/http/event-view.ts';

type Page = { data: readonly EventView[]; page: { next_cursor: string | null } };
type Deps = {
  /** Holds the response until there is an event, or `waitSeconds` have passed. */
  read: (after: string, options: { waitSeconds: number; signal: AbortSignal }) => Promise<Page>;
  /** Awaited before the next request, so that there is never more than one in flight. */
  apply: (events: readonly EventView[]) => Promise<void>;
  /** Events may have been missed: everything that is shown is to be read again. */
  resync: () => Promise<void>;
  /** Whether events are received; if not, changes must be polled for. */
  onLive: (isLive: boolean) => void;
  /** The cursor cannot be used any more, or the server has no events at all. */
  isRefused: (error: unknown) => boolean;
};

const maxWaitSeconds = 20; // the API's maximum
/** Between two requests, so that a burst of events is read in few of them. */
const pauseMs = 250;
const minRetryMs = 1000;
const maxRetryMs = 60_000;

/** Reads events by one long poll after the other, from now on. */
export const eventFeed = ({ read, apply, resync, onLive, isRefused }: Deps) => {
  let after = 'now';
  let abort: AbortController | undefined;
  let retryMs = minRetryMs;

  const readOnce = async (signal: AbortSignal): Promise<number> => {
    try {
      // The first request learns where the events end; nothing before it is missed.
      const waitSeconds = after === 'now' ? 0 : maxWaitSeconds;
      const { data, page } = await read(after, { waitSeconds, signal });
      if (signal.aborted) return 0;
      const isNew = after === 'now';
      after = page.next_cursor ?? 'now';
      retryMs = minRetryMs;
      onLive(true);
      if (isNew) await resync();
      if (data.length > 0) await apply(data);
      return isNew ? 0 : pauseMs;
    } catch (error) {
      if (signal.aborted) return 0;
      onLive(false);
      if (isRefused(error)) after = 'now';
      const wait = retryMs;
      retryMs = Math.min(maxRetryMs, retryMs * 2);
      return wait;
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await sleep(await readOnce(signal), signal);
  };

  return {
    /** Goes on where it stopped. Does nothing where it runs. */
    start: (): void => {
      if (abort) return;
      abort = new AbortController();
      retryMs = minRetryMs;
      void run(abort.signal);
    },
    stop: (): void => {
      abort?.abort();
      abort = undefined;
      onLive(false);
    },
  };
};

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
