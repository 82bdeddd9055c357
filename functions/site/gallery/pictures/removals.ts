import { keyHeaders } from '../parts/key.ts';
import { notify } from '../parts/notices.ts';
import { addressOf, ask, Refused, reasonOf } from '../parts/server.ts';
import { countOf } from '../parts/words.ts';
import { statsHaveChanged } from '../stats/counters.ts';
import { chooseOnly, chosenIds } from './chosen.ts';
import { pictures } from './pictures.ts';

/** How long a deletion may be taken back before it is sent. */
const graceMs = 8000;

const waiting = new Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>();

/** Takes pictures off the sheet at once, and deletes them when nobody has undone it in time. */
export const remove = (ids: readonly string[], onUndone = () => {}): void => {
  const names = ids.map((id) => pictures.find(id)?.original_name ?? id);
  ids.forEach((id, index) => {
    pictures.hide(id);
    const timer = setTimeout(() => send(id), graceMs);
    waiting.set(id, { name: names[index] ?? id, timer });
  });
  chooseOnly(chosenIds().filter((id) => !ids.includes(id)));
  notify(`Deleted ${ids.length === 1 ? names[0] : countOf(ids.length, 'picture')}.`, {
    ms: graceMs,
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
    await ask(`api/images/${id}`, { method: 'DELETE' });
  } catch (error) {
    const isGone = error instanceof Refused && error.status === 404;
    if (!isGone) {
      pictures.unhide(id);
      notify(`${deletion?.name ?? 'The picture'} could not be deleted: ${reasonOf(error)}`, {
        isTrouble: true,
      });
      return;
    }
  }
  pictures.forget(id);
  statsHaveChanged();
};

// Who leaves the page has not undone it. keepalive lets the request outlive the page.
addEventListener('pagehide', () => {
  for (const [id, { timer }] of waiting) {
    clearTimeout(timer);
    fetch(addressOf(`api/images/${id}`), {
      method: 'DELETE',
      headers: keyHeaders(),
      keepalive: true,
    }).catch(() => {});
  }
  waiting.clear();
});
