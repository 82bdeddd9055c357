import { ApiError, request, resolveUrl, toMessage } from '../parts/api.ts';
import { formatCount } from '../parts/format.ts';
import { keyHeaders } from '../parts/key.ts';
import { notify } from '../parts/notices.ts';
import { reloadStatsSoon } from '../stats/counters.ts';
import { pictures } from './pictures.ts';
import { selectedIds, selectOnly } from './selection.ts';

/** How long a deletion may be undone before it is sent. */
const undoWindowMs = 8000;

const waiting = new Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>();

/** Hides pictures at once, and deletes them unless that is undone in time. */
export const remove = (ids: readonly string[], onUndone = () => {}): void => {
  const names = ids.map((id) => pictures.find(id)?.original_name ?? id);
  ids.forEach((id, index) => {
    pictures.hide(id);
    const timer = setTimeout(() => send(id), undoWindowMs);
    waiting.set(id, { name: names[index] ?? id, timer });
  });
  selectOnly(selectedIds().filter((id) => !ids.includes(id)));
  notify(`Deleted ${ids.length === 1 ? names[0] : formatCount(ids.length, 'picture')}.`, {
    ms: undoWindowMs,
    action: {
      label: 'Undo',
      run: () => {
        undo(ids);
        onUndone();
      },
    },
  });
};

const undo = (ids: readonly string[]): void => {
  for (const id of ids) {
    const deletion = waiting.get(id);
    if (!deletion) continue;
    clearTimeout(deletion.timer);
    waiting.delete(id);
    pictures.unhide(id);
  }
};

const send = async (id: string): Promise<void> => {
  const deletion = waiting.get(id);
  waiting.delete(id);
  try {
    await request(`api/images/${id}`, { method: 'DELETE' });
  } catch (error) {
    const isGone = error instanceof ApiError && error.status === 404;
    if (!isGone) {
      pictures.unhide(id);
      notify(`${deletion?.name ?? 'The picture'} could not be deleted: ${toMessage(error)}`, {
        isError: true,
      });
      return;
    }
  }
  pictures.forget(id);
  reloadStatsSoon();
};

// Leaving the page confirms pending deletions; keepalive lets the requests outlive the page.
addEventListener('pagehide', () => {
  for (const [id, { timer }] of waiting) {
    clearTimeout(timer);
    fetch(resolveUrl(`api/images/${id}`), {
      method: 'DELETE',
      headers: keyHeaders(),
      keepalive: true,
    }).catch(() => {});
  }
  waiting.clear();
});
