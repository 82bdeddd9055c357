import { type Call, type Caller, matchesFault } from './calls.ts';
import type { Failpoint } from './fault-config.ts';

/** One that has triggered. `nth` is as configured. */
export type TriggeredFailpoint = Pick<Failpoint, 'worker' | 'nth' | 'when' | 'what'> & {
  call: string;
};

type Moment = 'before' | 'after';
/** How many such calls each process has made since the failpoint was added. */
type Waiting = { failpoint: Failpoint; calls: Map<number | undefined, number> };

/**
 * Failpoints at the calls of workers. Each waits for any process of its function, counts the calls of
 * each process on its own, and is over once it has triggered; at one call only the oldest triggers.
 */
export const openFailpoints = () => {
  const waiting: Waiting[] = [];
  const triggered: TriggeredFailpoint[] = [];
  const seen = new Map<string, Set<string>>();
  const held = new Map<TriggeredFailpoint, () => void>();

  /** Call once for each call, before it is carried out: returns what is due before and after it. */
  const at = (caller: Caller, call: Call): ((moment: Moment) => Failpoint['what'] | undefined) => {
    const { worker, pid } = caller;
    const calls = seen.get(worker) ?? new Set();
    seen.set(worker, calls.add(call.name));

    const meant = waiting.filter(({ failpoint }) => matchesFault(failpoint, caller, call));
    for (const one of meant) one.calls.set(pid, (one.calls.get(pid) ?? 0) + 1);
    const due = meant.find((one) => (one.calls.get(pid) ?? 0) >= one.failpoint.nth);
    if (!due) return () => undefined;
    waiting.splice(waiting.indexOf(due), 1);
    const { nth, when, what } = due.failpoint;
    return (moment) => {
      if (moment !== when) return undefined;
      triggered.push({ worker, call: call.name, nth, when, what });
      return what;
    };
  };

  const release = () => {
    for (const goOn of held.values()) goOn();
    held.clear();
  };

  return {
    add: (failpoints: readonly Failpoint[]) => {
      for (const failpoint of failpoints) waiting.push({ failpoint, calls: new Map() });
    },
    at,
    /** Resolves when the held calls are released. */
    hold: (): Promise<void> => {
      const one = triggered.at(-1);
      return new Promise((resolve) => (one ? held.set(one, resolve) : resolve()));
    },
    /** Lets every held call go on. */
    release,
    /** Removes what has not triggered yet as well. */
    removeAll: () => {
      waiting.splice(0);
      release();
    },
    report: () => ({
      waiting: waiting.map(({ failpoint }) => failpoint),
      triggered,
      held: [...held.keys()],
      calls: Object.fromEntries([...seen].map(([worker, calls]) => [worker, [...calls]])),
    }),
  };
};
export type Failpoints = ReturnType<typeof openFailpoints>;
