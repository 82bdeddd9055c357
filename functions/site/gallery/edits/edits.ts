import { changed } from '../parts/draw.ts';
import { notify } from '../parts/notices.ts';
import { currentRoute, onRoute } from '../parts/route.ts';
import { ask, Refused, reasonOf } from '../parts/server.ts';
import { arrivingAs } from '../pictures/arriving.ts';
import { chosenIds } from '../pictures/chosen.ts';
import { pictures } from '../pictures/pictures.ts';
import { lookSoon } from '../pictures/watch.ts';
import { type Edit, type EditProcess, isAtWork, newlyDone } from './edit.ts';

const place = 'darkroom-edit-process';
const soonMs = 1000;
const lateMs = 8000;
/** Long enough to come back to a tab the next day. */
const processSeconds = 86_400;

let initId = sessionStorage.getItem(place) ?? undefined;
let edits: readonly Edit[] = [];
let isStarting = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let waitMs = soonMs;

export const knownEdits = (): readonly Edit[] => edits;
export const editIsStarting = (): boolean => isStarting;

/** Follows the edits of this tab while its page is open. */
export const watchEdits = (): void => {
  const follow = () => {
    clearTimeout(timer);
    if (currentRoute().view !== 'edits' || document.hidden || !initId) return;
    waitMs = soonMs;
    void look();
  };
  onRoute(follow);
  document.addEventListener('visibilitychange', follow);
  follow();
};

const look = async (): Promise<void> => {
  if (!initId) return;
  const before = edits;
  try {
    const { data } = await ask<EditProcess>(`api/processes/${encodeURIComponent(initId)}`);
    edits = data.edits.toSorted((one, other) => other.created_at.localeCompare(one.created_at));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) forget();
  }
  const hasMoved = JSON.stringify(edits) !== JSON.stringify(before);
  if (hasMoved) showResults(newlyDone(before, edits));
  waitMs = hasMoved ? soonMs : Math.min(lateMs, waitMs * 1.5);
  clearTimeout(timer);
  if (edits.some(isAtWork) && !document.hidden) timer = setTimeout(look, waitMs);
  changed();
};

/** A result is a picture on the sheet too. */
const showResults = (done: readonly Edit[]): void => {
  for (const { image_id: id, prompt } of done) {
    if (id === null || pictures.find(id)) continue;
    pictures.expect(arrivingAs(id, { name: prompt, size: 0, source: 'edit' }));
  }
  lookSoon();
};

/** Pictures that the page of edits shows, to be kept up to date. */
export const editedIds = (): readonly string[] =>
  currentRoute().view === 'edits' ? edits.flatMap(({ image_id: id }) => (id ? [id] : [])) : [];

/** It has expired: the pictures stay, only their list is gone. */
const forget = (): void => {
  initId = undefined;
  sessionStorage.removeItem(place);
};

const begin = async (): Promise<string> => {
  const json = { ttl_seconds: processSeconds };
  const { data } = await ask<EditProcess>('api/processes', { method: 'POST', json });
  initId = data.init_id;
  sessionStorage.setItem(place, initId);
  return initId;
};

const book = async (prompt: string, idempotencyKey: string): Promise<void> => {
  const [source, target] = chosenIds();
  const json = { source_url: source, ...(target && { target_url: target }), prompt };
  const headers = { 'idempotency-key': idempotencyKey };
  const at = (id: string) => `api/processes/${encodeURIComponent(id)}/edits`;
  const wish = { method: 'POST', json, headers } as const;
  const known = initId;
  try {
    await ask(at(known ?? (await begin())), wish);
  } catch (error) {
    const isExpired = known !== undefined && error instanceof Refused && error.status === 404;
    if (!isExpired) throw error;
    await ask(at(await begin()), wish);
  }
};

/** Starts an edit of the chosen pictures. True if it was taken. */
export const startEdit = async (prompt: string): Promise<boolean> => {
  isStarting = true;
  changed();
  try {
    await book(prompt, crypto.randomUUID());
    waitMs = soonMs;
    await look();
    return true;
  } catch (error) {
    notify(reasonOf(error), { isTrouble: true });
    return false;
  } finally {
    isStarting = false;
    changed();
  }
};
