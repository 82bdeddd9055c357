import type { Captioning } from '#lib/images/caption.ts';
import type { HealthView } from './site-views.ts';

/** Asks one thing whether it is there; rejects where it is not. */
export type Probe = () => Promise<unknown>;

type Deps = {
  buckets: Record<string, Probe>;
  tables: Record<string, Probe>;
  queues: Record<string, Probe>;
  /** How many messages lie in each dead-letter queue. */
  deadLetters: Record<string, () => Promise<number>>;
  captioning: Captioning;
};

/** A thing that takes longer than this to say that it is there is of no use to a request. */
const timeoutMs = 5000;

/** Really asks everything a request may need, all at once. Never says where a thing is. */
export const checkHealth = async ({
  buckets,
  tables,
  queues,
  deadLetters,
  captioning,
}: Deps): Promise<HealthView> => {
  const [bucketChecks, tableChecks, queueChecks, dead] = await Promise.all([
    checkAll(buckets),
    checkAll(tables),
    checkAll(queues),
    each(deadLetters, (count) => withTimeout(count()).catch(() => null)),
  ]);
  const healthy = [bucketChecks, tableChecks, queueChecks]
    .flatMap((checks) => Object.values(checks))
    .every(({ ok }) => ok);
  return {
    healthy,
    buckets: bucketChecks,
    tables: tableChecks,
    queues: queueChecks,
    dead_letters: dead,
    // Pictures are fine without captions: this never makes the whole unhealthy.
    captions: captioning.ok
      ? { ok: true, provider: captioning.provider, model: captioning.model }
      : { ok: false, reason: captioning.reason, provider: null, model: null },
  };
};

const checkAll = (probes: Record<string, Probe>) =>
  each(probes, async (probe) => {
    try {
      await withTimeout(probe());
      return { ok: true };
    } catch (error) {
      // An error's name is enough to act on; its message may hold addresses.
      const kind = error instanceof Error ? error.name : 'Error';
      return { ok: false, reason: `It did not answer as it should (${kind}).` };
    }
  });

const each = async <T, R>(
  things: Record<string, T>,
  check: (single: T) => Promise<R>,
): Promise<Record<string, R>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(things).map(async ([name, single]) => [name, await check(single)] as const),
    ),
  );

const withTimeout = async <T>(answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('too slow', 'TimeoutError')), timeoutMs);
  });
  try {
    return await Promise.race([answer, tooLong]);
  } finally {
    clearTimeout(timer);
  }
};
