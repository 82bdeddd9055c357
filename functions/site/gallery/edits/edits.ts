import { ApiError, request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute, onRoute } from '../parts/route.ts';
import { pictures } from '../pictures/pictures.ts';
import { pollSoon } from '../pictures/polling.ts';
import { queuedPicture } from '../pictures/queued-picture.ts';
import { selectedIds } from '../pictures/selection.ts';
import { type Edit, type EditProcess, isRunning, newlyCompleted } from './edit.ts';

const place = 'darkroom-edit-process';
const minDelayMs = 1000;
const maxDelayMs = 8000;
/** Long enough to return to the tab the next day. */
const processSeconds = 86_400;

let initId = sessionStorage.getItem(place) ?? undefined;
let edits: readonly Edit[] = [];
let isStarting = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let waitMs = minDelayMs;

export const knownEdits = (): readonly Edit[] => edits;
export const isEditStarting = (): boolean => isStarting;

/** Polls the edits of this tab while their page is open. */
export const watchEdits = (): void => {
  const follow = () => {
    clearTimeout(timer);
    if (currentRoute().view !== 'edits' || document.hidden || !initId) return;
    waitMs = minDelayMs;
    void poll();
  };
  onRoute(follow);
  document.addEventListener('visibilitychange', follow);
  follow();
};

/** An edit has ended somewhere. */
export const reloadEdits = (): void => {
  if (currentRoute().view === 'edits') void poll();
};

const poll = async (): Promise<void> => {
  if (!initId) return;
  const before = edits;
  try {
    const { data } = await request<EditProcess>(`api/processes/${encodeURIComponent(initId)}`);
    edits = data.edits.toSorted((one, other) => other.created_at.localeCompare(one.created_at));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) forget();
  }
  const hasChanged = JSON.stringify(edits) !== JSON.stringify(before);
  if (hasChanged) showResults(newlyCompleted(before, edits));
  waitMs = hasChanged ? minDelayMs : Math.min(maxDelayMs, waitMs * 1.5);
  clearTimeout(timer);
  if (edits.some(isRunning) && !document.hidden) timer = setTimeout(poll, waitMs);
  requestRender();
};

/** Adds results to the sheet. */
const showResults = (done: readonly Edit[]): void => {
  for (const { image_id: id, prompt } of done) {
    if (id === null || pictures.find(id)) continue;
    pictures.expect(queuedPicture(id, { name: prompt, size: 0, source: 'edit' }));
  }
  pollSoon();
};

/** Pictures on the edits page, to be polled. */
export const editedIds = (): readonly string[] =>
  currentRoute().view === 'edits' ? edits.flatMap(({ image_id: id }) => (id ? [id] : [])) : [];

/** The process has expired; its pictures remain. */
const forget = (): void => {
  initId = undefined;
  sessionStorage.removeItem(place);
};

const begin = async (): Promise<string> => {
  const json = { ttl_seconds: processSeconds };
  const { data } = await request<EditProcess>('api/processes', { method: 'POST', json });
  initId = data.init_id;
  sessionStorage.setItem(place, initId);
  return initId;
};

const submit = async (prompt: string, idempotencyKey: string): Promise<void> => {
  const [source, target] = selectedIds();
  const json = { source_url: source, ...(target && { target_url: target }), prompt };
  const headers = { 'idempotency-key': idempotencyKey };
  const at = (id: string) => `api/processes/${encodeURIComponent(id)}/edits`;
  const options = { method: 'POST', json, headers } as const;
  const known = initId;
  try {
    await request(at(known ?? (await begin())), options);
  } catch (error) {
    const isExpired = known !== undefined && error instanceof ApiError && error.status === 404;
    if (!isExpired) throw error;
    await request(at(await begin()), options);
  }
};

/** Starts an edit of the selected pictures. True if it was accepted. */
export const startEdit = async (prompt: string): Promise<boolean> => {
  isStarting = true;
  requestRender();
  try {
    await submit(prompt, crypto.randomUUID());
    waitMs = minDelayMs;
    await poll();
    return true;
  } catch (error) {
    notify(toMessage(error), { isError: true });
    return false;
  } finally {
    isStarting = false;
    requestRender();
  }
};
