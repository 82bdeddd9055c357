import type { Captioning } from '#lib/images/caption.ts';
import type { HealthView } from './site-views.ts';

/** Checks that one resource exists and may be used; rejects otherwise. */
export type Probe = () => Promise<unknown>;

type Deps = {
  buckets: Record<string, Probe>;
  tables: Record<string, Probe>;
  queues: Record<string, Probe>;
  /** How many messages each dead-letter queue has. */
  deadLetters: Record<string, () => Promise<number>>;
  captioning: Captioning;
  editing: Captioning;
};

/** A resource that takes longer than this to respond is of no use to a request. */
const timeoutMs = 5000;

/** Checks every resource that a request may need, in parallel. Never shows their addresses. */
export const checkHealth = async ({
  buckets,
  tables,
  queues,
  deadLetters,
  captioning,
  editing,
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
    // Captions and edits are optional: without them the service is still healthy.
    captions: toProviderState(captioning),
    edits: toProviderState(editing),
  };
};

const toProviderState = (provider: Captioning) =>
  provider.ok
    ? { ok: true, provider: provider.provider, model: provider.model }
    : { ok: false, reason: provider.reason, provider: null, model: null };

const checkAll = (probes: Record<string, Probe>) =>
  each(probes, async (probe) => {
    try {
      await withTimeout(probe());
      return { ok: true };
    } catch (error) {
      // An error's name is enough to act on; its message may hold addresses.
      const kind = error instanceof Error ? error.name : 'Error';
      return { ok: false, reason: `It did not respond as expected (${kind}).` };
    }
  });

const each = async <T, R>(
  entries: Record<string, T>,
  check: (single: T) => Promise<R>,
): Promise<Record<string, R>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(entries).map(async ([name, single]) => [name, await check(single)] as const),
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
