import type { EventView } from '#lib/http/event-view.ts';
import { reloadNow as reloadBatches } from '../batches/open-batch.ts';
import { reloadEdits } from '../edits/edits.ts';
import { ApiError, request } from '../parts/api.ts';
import { onReconnect } from '../parts/connection.ts';
import { pictures } from '../pictures/pictures.ts';
import { pollNow, readPicture, setLive } from '../pictures/polling.ts';
import { idsInSight } from '../pictures/sheet.ts';
import { reloadStatsSoon } from '../stats/counters.ts';
import { eventFeed } from './event-feed.ts';

/** Pictures that have ended, of which only that is known: they are read when they are in the viewport. */
const stale = new Set<string>();
const maxReadAtOnce = 6;
const lookForStaleMs = 1000;
let timer: ReturnType<typeof setTimeout> | undefined;

const applyEvents = async (events: readonly EventView[]): Promise<void> => {
  reloadStatsSoon(0);
  if (events.some(({ type }) => type === 'batch.ended')) reloadBatches();
  if (events.some(({ type }) => type === 'edit.ended')) reloadEdits();
  const images = events.filter(({ data }) => data.image_id !== undefined);
  if (images.length === 0) return;
  if (images.some(({ type }) => type !== 'image.deleted')) await pictures.refresh();
  for (const event of images) applyToRecord(event);
  await readStale();
};

/** Changes that the list does not show: it was read for the newest ones only. */
const applyToRecord = ({ type, data: { image_id: id = '', status, error } }: EventView): void => {
  if (type === 'image.deleted') {
    pictures.forget(id);
    return;
  }
  const known = pictures.find(id);
  if (!known || known.status === status) return;
  pictures.update({ ...known, status: type === 'image.done' ? 'done' : 'failed', error });
  stale.add(id);
};

const readStale = async (): Promise<void> => {
  clearTimeout(timer);
  const ids = idsInSight().filter((id) => stale.has(id));
  await Promise.all(
    ids.slice(0, maxReadAtOnce).map(async (id) => {
      stale.delete(id);
      await readPicture(id).catch(() => stale.add(id));
    }),
  );
  if (stale.size > 0 && !document.hidden) timer = setTimeout(readStale, lookForStaleMs);
};

/** Events by one long poll; none while the tab is hidden. */
export const startLive = (): void => {
  const feed = eventFeed({
    read: (after, { waitSeconds, signal }) => {
      const query = new URLSearchParams({ after, limit: '100', wait: String(waitSeconds) });
      return request<EventView[]>(`api/events?${query}`, { signal });
    },
    apply: applyEvents,
    resync: pollNow,
    onLive: setLive,
    isRefused: (error) => error instanceof ApiError && error.status < 500,
  });
  const follow = () => {
    if (document.hidden) feed.stop();
    else {
      feed.start();
      void readStale();
    }
  };
  document.addEventListener('visibilitychange', follow);
  onReconnect(() => {
    feed.stop();
    follow();
  });
  follow();
};
