import { requestRender } from './render.ts';

let isDisconnected = !navigator.onLine;
const reconnectListeners = new Set<() => void>();
let probe: () => Promise<unknown> = async () => {};

const minDelayMs = 2000;
const maxDelayMs = 20_000;

/** Whether the last request got no response. */
export const isOffline = (): boolean => isDisconnected;

/** Calls the listener each time the connection is back. */
export const onReconnect = (listener: () => void): void => {
  reconnectListeners.add(listener);
};

export const markOnline = (): void => {
  if (!isDisconnected) return;
  isDisconnected = false;
  for (const listener of reconnectListeners) listener();
  requestRender();
};

export const markOffline = (): void => {
  if (isDisconnected) return;
  isDisconnected = true;
  requestRender();
  scheduleProbe(minDelayMs);
};

/** The request to repeat until there is a response. */
export const setProbe = (request: () => Promise<unknown>): void => {
  probe = request;
  if (isDisconnected) scheduleProbe(minDelayMs);
};

const scheduleProbe = (waitMs: number): void => {
  setTimeout(async () => {
    if (isDisconnected && !document.hidden) await probe();
    if (isDisconnected) scheduleProbe(Math.min(maxDelayMs, waitMs * 1.5));
  }, waitMs);
};

addEventListener('offline', markOffline);
// Only a hint: the next response shows whether it is true.
addEventListener('online', markOnline);
