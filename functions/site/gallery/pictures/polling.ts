import { ApiError } from '../parts/api.ts';
import { onReconnect } from '../parts/connection.ts';
import { reloadStatsSoon } from '../stats/counters.ts';
import { hasEnded } from './collection.ts';
import { getPicture, pictures } from './pictures.ts';

/** While something in the viewport is being processed: soon at first, then less often while nothing changes. */
const minDelayMs = 600;
const maxDelayMs = 8000;
const slower = 1.5;
/** While nothing is processed: only for what others have added. */
const idleMs = 30_000;
/** While events arrive: a picture's end is one, but not each of its steps. */
const liveMs = 10_000;
/** Pictures after this position are requested one by one, and only so many at once. */
const newest = 60;
const maxConcurrent = 6;
/** An upload that the list does not show yet is requested by id only after this long. */
const unlistedGraceMs = 10_000;
/** S3 has accepted an upload, but the pipeline has not recorded it. */
const lostAfterMs = 120_000;

let visible: () => readonly string[] = () => [];
let waitMs = minDelayMs;
let timer: ReturnType<typeof setTimeout> | undefined;
let isPolling = false;
let isLive = false;
/** When each upload was first requested. */
const missingSince = new Map<string, number>();

/** While events arrive, polling only shows that a picture has begun, and what events have missed. */
export const setLive = (next: boolean): void => {
  if (isLive === next) return;
  isLive = next;
  schedule(next ? idleMs : minDelayMs);
};

/** Refreshes the pictures in the viewport; pauses while the tab is hidden. */
export const startPolling = (idsInSight: () => readonly string[]): void => {
  visible = idsInSight;
  document.addEventListener('visibilitychange', pollNow);
  onReconnect(pollNow);
  schedule(idleMs);
};

/** To be called when something was uploaded, retried or scrolled into view. */
export const pollSoon = (): void => {
  waitMs = minDelayMs;
  schedule(isLive ? liveMs : minDelayMs);
};

/** Resolves when everything in the viewport was read. */
export const pollNow = async (): Promise<void> => {
  clearTimeout(timer);
  if (!document.hidden) await poll();
};

const schedule = (ms: number): void => {
  clearTimeout(timer);
  if (document.hidden) return; // visibilitychange resumes it
  timer = setTimeout(poll, ms);
};

const unfinished = (): string[] =>
  visible().filter((id) => {
    const picture = pictures.find(id);
    return picture !== undefined && !hasEnded(picture);
  });

const poll = async (): Promise<void> => {
  if (isPolling) return;
  isPolling = true;
  const ids = unfinished();
  const hasChanged = await pollIds(ids).catch(() => false); // the banner shows lost connections
  isPolling = false;
  if (hasChanged) reloadStatsSoon();
  waitMs = hasChanged ? minDelayMs : Math.min(maxDelayMs, waitMs * slower);
  schedule(unfinished().length > 0 ? (isLive ? liveMs : waitMs) : idleMs);
};

const pollIds = async (ids: readonly string[]): Promise<boolean> => {
  const top = new Set(
    pictures
      .all()
      .slice(0, newest)
      .map(({ image_id: id }) => id),
  );
  const isIdle = ids.length === 0;
  const needsList = isIdle || ids.some((id) => top.has(id));
  const alone = ids.filter((id) => (pictures.isExpected(id) ? isLate(id) : !top.has(id)));
  const moves = await Promise.all([
    ...(needsList ? [pictures.refresh()] : []),
    ...alone.slice(0, maxConcurrent).map(readPicture),
  ]);
  return moves.some(Boolean);
};

const isLate = (id: string): boolean => {
  const since = missingSince.get(id) ?? performance.now();
  missingSince.set(id, since);
  return performance.now() - since > unlistedGraceMs;
};

/** Reads one picture again. True if it has changed. */
export const readPicture = async (id: string): Promise<boolean> => {
  try {
    const picture = await getPicture(id);
    missingSince.delete(id);
    // Without the raw tags, or it would differ from the same picture in a list.
    return pictures.update(withoutRawTags(picture));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const since = missingSince.get(id) ?? performance.now();
    const isLost = !pictures.isExpected(id) || performance.now() - since > lostAfterMs;
    if (isLost) pictures.forget(id);
    return isLost;
  }
};

const withoutRawTags = (picture: Awaited<ReturnType<typeof getPicture>>) => {
  if (!picture.exif) return picture;
  const { raw: _, ...exif } = picture.exif;
  return { ...picture, exif };
};
