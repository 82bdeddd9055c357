import { Session } from 'node:inspector';

/** When a start is over, and the first requests were answered. */
export const garbageAfterMs = 5_000;

/**
 * Has V8 free what lives no more, once, after so many milliseconds. By itself it would not for as long
 * as the heap is smaller than it expects at first (or `--initial-heap-size` says), which without work
 * is for ever; and a sixth of an idle stack's memory is what only its start needed. After the first
 * collection V8 expects as much as lives then: lists of objects, which let S3's old space grow by
 * 3.5 MB each 1000 requests up to 90 MB, now leave it at 20.
 */
export const collectGarbage = (afterMs: number): void => {
  const collect = () => {
    const session = new Session();
    session.connect();
    // Not in the callback: V8 holds a lock meanwhile that disconnecting needs, and would wait for ever.
    session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()));
  };
  setTimeout(collect, afterMs).unref();
};
