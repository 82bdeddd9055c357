import type { Call, Caller } from './calls.ts';

/** Counts the bytes of the answers that each worker got, by the names of its calls. */
export const openReceived = () => {
  const bytes: Record<string, Record<string, number>> = {};
  return {
    add: ({ worker }: Caller, { name }: Call, count: number): void => {
      const own = bytes[worker] ?? {};
      bytes[worker] = { ...own, [name]: (own[name] ?? 0) + count };
    },
    report: () => bytes,
  };
};
export type Received = ReturnType<typeof openReceived>;
