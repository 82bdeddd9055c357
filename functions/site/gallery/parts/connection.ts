import { changed } from './draw.ts';

let isAway = !navigator.onLine;
const returning = new Set<() => void>();
let tryAgain: () => Promise<unknown> = async () => {};

const soonMs = 2000;
const lateMs = 20_000;

/** Whether the last thing that was asked got no answer. */
export const isOffline = (): boolean => isAway;

/** Called each time the connection is back. */
export const onReturn = (listener: () => void): void => {
  returning.add(listener);
};

export const heard = (): void => {
  if (!isAway) return;
  isAway = false;
  for (const listener of returning) listener();
  changed();
};

export const unheard = (): void => {
  if (isAway) return;
  isAway = true;
  changed();
  knock(soonMs);
};

/** What to ask until somebody answers. */
export const knockWith = (question: () => Promise<unknown>): void => {
  tryAgain = question;
  if (isAway) knock(soonMs);
};

const knock = (waitMs: number): void => {
  setTimeout(async () => {
    if (isAway && !document.hidden) await tryAgain();
    if (isAway) knock(Math.min(lateMs, waitMs * 1.5));
  }, waitMs);
};

addEventListener('offline', unheard);
// Only a hint: an answer will tell whether it is so.
addEventListener('online', heard);
