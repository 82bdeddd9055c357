import { resolveUrl } from '../parts/api.ts';
import { formatCount } from '../parts/format.ts';
import { keyHeaders } from '../parts/key.ts';
import { notify } from '../parts/notices.ts';
import { reloadStatsSoon } from '../stats/counters.ts';
import { actionPath, actOn, toActions } from './actions.ts';
import { pictures } from './pictures.ts';
import { selectedIds, selectOnly } from './selection.ts';

/** How long a deletion may be undone before it is sent. */
const undoWindowMs = 8000;

/** Deletions that may be undone, each of one or several pictures, by their timers. */
const waiting = new Map<ReturnType<typeof setTimeout>, readonly string[]>();

/** Hides pictures at once, and deletes them unless that is undone in time. */
export const remove = (ids: readonly string[], onUndone = () => {}): void => {
  for (const id of ids) pictures.hide(id);
  const timer = setTimeout(() => {
    waiting.delete(timer);
    void send(ids);
  }, undoWindowMs);
  waiting.set(timer, ids);
  selectOnly(selectedIds().filter((id) => !ids.includes(id)));
  const [id = ''] = ids;
  const what = ids.length === 1 ? toName(id) : formatCount(ids.length, 'picture');
  notify(`Deleted ${what}.`, {
    ms: undoWindowMs,
    action: {
      label: 'Undo',
      run: () => {
        if (!waiting.delete(timer)) return; // it was sent
        clearTimeout(timer);
        for (const each of ids) pictures.unhide(each);
        onUndone();
      },
    },
  });
};

const toName = (id: string): string => pictures.find(id)?.original_name ?? id;

const send = async (ids: readonly string[]): Promise<void> => {
  const outcomes = await actOn('delete', ids);
  // 404: another client has deleted it.
  const failed = outcomes.filter(({ status, error }) => error !== null && status !== 404);
  const failedIds = new Set(failed.map(({ image_id: id }) => id));
  for (const id of ids) {
    if (failedIds.has(id)) pictures.unhide(id);
    else pictures.forget(id);
  }
  const [first] = failed;
  if (first) {
    const what =
      failed.length === 1 ? toName(first.image_id) : formatCount(failed.length, 'picture');
    notify(`${what} could not be deleted: ${first.error}`, { isError: true });
  }
  reloadStatsSoon();
};

// Leaving the page confirms pending deletions; keepalive lets the requests outlive the page.
addEventListener('pagehide', () => {
  const ids = [...waiting.values()].flat();
  for (const timer of waiting.keys()) clearTimeout(timer);
  waiting.clear();
  for (const body of toActions('delete', ids))
    fetch(resolveUrl(actionPath), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...keyHeaders() },
      body: JSON.stringify(body),
      keepalive: true,
    }).catch(() => {});
});
