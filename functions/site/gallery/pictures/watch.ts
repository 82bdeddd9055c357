import { onReturn } from '../parts/connection.ts';
import { Refused } from '../parts/server.ts';
import { statsHaveChanged } from '../stats/counters.ts';
import { isEnded } from './collection.ts';
import { askPicture, pictures } from './pictures.ts';

/** While something is at work in sight: soon at first, then less and less often while nothing moves. */
const soonMs = 600;
const lateMs = 8000;
const slower = 1.5;
/** While nothing is: only for what others have added. */
const idleMs = 30_000;
/** Pictures below this place are asked for one by one, and only so many at once. */
const newest = 60;
const mostAtOnce = 6;
/** An upload that the list does not show yet is asked for by itself only after this long. */
const patienceMs = 10_000;
/** The store has taken an upload, but the pipeline never heard of it. */
const lostMs = 120_000;

let visible: () => readonly string[] = () => [];
let waitMs = soonMs;
let timer: ReturnType<typeof setTimeout> | undefined;
let isAsking = false;
/** When each upload was first looked for. */
const lookedForSince = new Map<string, number>();

/** Keeps the pictures in sight up to date, and is still while nobody looks. */
export const watchPictures = (idsInSight: () => readonly string[]): void => {
  visible = idsInSight;
  document.addEventListener('visibilitychange', () => lookNow());
  onReturn(lookNow);
  plan(idleMs);
};

/** Something was uploaded, retried or scrolled into sight. */
export const lookSoon = (): void => {
  waitMs = soonMs;
  plan(soonMs);
};

const lookNow = (): void => {
  clearTimeout(timer);
  if (!document.hidden) void look();
};

const plan = (ms: number): void => {
  clearTimeout(timer);
  if (document.hidden) return; // visibilitychange comes back to it
  timer = setTimeout(look, ms);
};

const unfinished = (): string[] =>
  visible().filter((id) => {
    const picture = pictures.find(id);
    return picture !== undefined && !isEnded(picture);
  });

const look = async (): Promise<void> => {
  if (isAsking) return;
  isAsking = true;
  const ids = unfinished();
  const hasMoved = await lookAt(ids).catch(() => false); // the banner tells of lost connections
  isAsking = false;
  if (hasMoved) statsHaveChanged();
  waitMs = hasMoved ? soonMs : Math.min(lateMs, waitMs * slower);
  plan(unfinished().length > 0 ? waitMs : idleMs);
};

const lookAt = async (ids: readonly string[]): Promise<boolean> => {
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
    ...alone.slice(0, mostAtOnce).map(lookAtOne),
  ]);
  return moves.some(Boolean);
};

const isLate = (id: string): boolean => {
  const since = lookedForSince.get(id) ?? performance.now();
  lookedForSince.set(id, since);
  return performance.now() - since > patienceMs;
};

const lookAtOne = async (id: string): Promise<boolean> => {
  try {
    const picture = await askPicture(id);
    lookedForSince.delete(id);
    // Without the raw tags, or it would differ from the same picture in a list.
    return pictures.update(withoutRawTags(picture));
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    const since = lookedForSince.get(id) ?? performance.now();
    const isLost = !pictures.isExpected(id) || performance.now() - since > lostMs;
    if (isLost) pictures.forget(id);
    return isLost;
  }
};

const withoutRawTags = (picture: Awaited<ReturnType<typeof askPicture>>) => {
  if (!picture.exif) return picture;
  const { raw: _, ...exif } = picture.exif;
  return { ...picture, exif };
};
