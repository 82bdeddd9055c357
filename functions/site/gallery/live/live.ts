import type { EventView } from '#lib/http/event-view.ts';
import { reloadNow as reloadBatches } from '../batches/open-batch.ts';
import { reloadEdits } from '../edits/edits.ts';
import { ApiError, request } from '../parts/api.ts';
import { onReconnect } from '../parts/connection.ts';
import { pictures } from '../pictures/pictures.ts';
import { pollNow, readPicture, setLive } from '../pictures/polling.ts';
import { reloadStatsSoon } from '../stats/counters.ts';
import { eventFeed } from './event-feed.ts';

/** More changed pictures than these are read with the list only. */
const maxReadAlone = 12;

const applyEvents = async (events: readonly EventView[]): Promise<void> => {
  reloadStatsSoon(0);
  if (events.some(({ type }) => type === 'batch.ended')) reloadBatches();
  if (events.some(({ type }) => type === 'edit.ended')) reloadEdits();
  const changed = new Set<string>();
  for (const { type, data } of events) {
    if (data.image_id === undefined) continue;
    if (type === 'image.deleted') {
      changed.delete(data.image_id);
      pictures.forget(data.image_id);
    } else changed.add(data.image_id);
  }
  if (changed.size === 0) return;
  await pictures.refresh();
  // The list shows only the newest ones; of older ones, what the sheet has loaded.
  const stale = events.filter(({ data }) => {
    const known = changed.has(data.image_id ?? '') && pictures.find(data.image_id ?? '');
    return known && known.status !== data.status;
  });
  for (const { data } of stale.slice(0, maxReadAlone))
    if (data.image_id) await readPicture(data.image_id).catch(() => {}); // a later poll reads it
};

/** News by one long poll; while the tab is hidden, none. */
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
    else feed.start();
  };
  document.addEventListener('visibilitychange', follow);
  onReconnect(() => {
    feed.stop();
    follow();
  });
  follow();
};
