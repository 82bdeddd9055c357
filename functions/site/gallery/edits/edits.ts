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
/** Long enough to be in the list the next day. */
const processSeconds = 86_400;
const pageSize = 50;

let initId = sessionStorage.getItem(place) ?? undefined;
let edits: readonly Edit[] = [];
let cursor: string | null = null;
let failure: unknown;
let isStarting = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let waitMs = minDelayMs;

/** Of all tabs and clients, newest first. */
export const knownEdits = (): readonly Edit[] => edits;
export const editsFailure = (): unknown => failure;
export const hasOlderEdits = (): boolean => cursor !== null;
export const isEditStarting = (): boolean => isStarting;

const isShown = (): boolean => currentRoute().view === 'edits' && !document.hidden;

/** Reads the edits while their page is open, and again while some are running. */
export const watchEdits = (): void => {
  const follow = () => {
    clearTimeout(timer);
    if (!isShown()) return;
    waitMs = minDelayMs;
    void loadEdits();
  };
  onRoute(follow);
  document.addEventListener('visibilitychange', follow);
  follow();
};

/** An edit has ended somewhere. */
export const reloadEdits = (): void => {
  if (isShown()) void loadEdits();
};

const readPage = (from: string | null) => {
  const query = new URLSearchParams({ limit: String(pageSize), ...(from && { cursor: from }) });
  return request<Edit[]>(`api/edits?${query}`);
};

/** Those of `known` that are not in `other`. */
const without = (known: readonly Edit[], other: readonly Edit[]): Edit[] => {
  const ids = new Set(other.map(({ edit_id: id }) => id));
  return known.filter(({ edit_id: id }) => !ids.has(id));
};

export const loadEdits = async (): Promise<void> => {
  const before = edits;
  try {
    const { data, page } = await readPage(null);
    const older = without(before, data);
    // Without a known edit on the page there may be a gap: older ones are loaded again from there.
    const meets = older.length < before.length;
    edits = meets ? [...data, ...older] : data;
    if (!meets || older.length === 0) cursor = page.next_cursor;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  const hasChanged = JSON.stringify(edits) !== JSON.stringify(before);
  if (hasChanged) showResults(newlyCompleted(before, edits));
  waitMs = hasChanged ? minDelayMs : Math.min(maxDelayMs, waitMs * 1.5);
  clearTimeout(timer);
  if (edits.some(isRunning) && isShown()) timer = setTimeout(loadEdits, waitMs);
  requestRender();
};

export const loadOlderEdits = async (): Promise<void> => {
  try {
    const { data, page } = await readPage(cursor);
    edits = [...edits, ...without(data, edits)];
    cursor = page.next_cursor;
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
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
    await loadEdits();
    return true;
  } catch (error) {
    notify(toMessage(error), { isError: true });
    return false;
  } finally {
    isStarting = false;
    requestRender();
  }
};
