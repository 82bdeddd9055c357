import { type Call, type Caller, matchesFault } from './calls.ts';
import type { Failpoint } from './fault-config.ts';

/** One that has happened. `nth` as it was asked for. */
export type TriggeredFailpoint = Pick<Failpoint, 'worker' | 'nth' | 'when' | 'what'> & {
  call: string;
};

type Moment = 'before' | 'after';
/** How many such calls each process has made since it was laid. */
type Waiting = { failpoint: Failpoint; calls: Map<number | undefined, number> };

/**
 * Ambushes on workers at their calls. Each waits for any process of its function, counts the calls
 * of each on its own, and is over when it has sprung; at one call one of them does, the oldest.
 */
export const openFailpoints = () => {
  const laid: Waiting[] = [];
  const triggered: TriggeredFailpoint[] = [];
  const seen = new Map<string, Set<string>>();
  const held = new Map<TriggeredFailpoint, () => void>();

  /** To be asked once for each call, before it is carried out: what is due before it and after. */
  const at = (caller: Caller, call: Call): ((moment: Moment) => Failpoint['what'] | undefined) => {
    const { worker, pid } = caller;
    const calls = seen.get(worker) ?? new Set();
    seen.set(worker, calls.add(call.name));

    const meant = laid.filter(({ failpoint }) => matchesFault(failpoint, caller, call));
    for (const one of meant) one.calls.set(pid, (one.calls.get(pid) ?? 0) + 1);
    const due = meant.find((one) => (one.calls.get(pid) ?? 0) >= one.failpoint.nth);
    if (!due) return () => undefined;
    laid.splice(laid.indexOf(due), 1);
    const { nth, when, what } = due.failpoint;
    return (moment) => {
      if (moment !== when) return undefined;
      triggered.push({ worker, call: call.name, nth, when, what });
      return what;
    };
  };

  const release = () => {
    for (const releaseLease of held.values()) releaseLease();
    held.clear();
  };

  return {
    lay: (failpoints: readonly Failpoint[]) => {
      for (const failpoint of failpoints) laid.push({ failpoint, calls: new Map() });
    },
    at,
    /** Resolves when somebody lets go. */
    hold: (): Promise<void> => {
      const one = triggered.at(-1);
      return new Promise((resolve) => (one ? held.set(one, resolve) : resolve()));
    },
    /** Lets go of all who are held. */
    release,
    /** Takes away what has not happened yet as well. */
    lift: () => {
      laid.splice(0);
      release();
    },
    report: () => ({
      waiting: laid.map(({ failpoint }) => failpoint),
      triggered,
      held: [...held.keys()],
      calls: Object.fromEntries([...seen].map(([worker, calls]) => [worker, [...calls]])),
    }),
  };
};
export type Failpoints = ReturnType<typeof openFailpoints>;
