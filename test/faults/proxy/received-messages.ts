import type { Call, Caller } from './calls.ts';

type ByCall = Record<string, Record<string, number>>;

/** Counts the calls of each worker, and the bytes of the answers that it got, by the names of its calls. */
export const openReceived = () => {
  const bytes: ByCall = {};
  const times: ByCall = {};
  const add = (counts: ByCall, { worker }: Caller, { name }: Call, count: number): void => {
    const own = counts[worker] ?? {};
    counts[worker] = { ...own, [name]: (own[name] ?? 0) + count };
  };
  return {
    add: (caller: Caller, call: Call, sizeBytes: number): void => {
      add(bytes, caller, call, sizeBytes);
      add(times, caller, call, 1);
    },
    report: () => ({ received: bytes, times }),
  };
};
export type Received = ReturnType<typeof openReceived>;
