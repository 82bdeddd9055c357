import { batchHarness, toCsv } from '#test/support/batch-harness.ts';

export const a = 'https://shop.example/a.jpg';
export const empty = { requeued: 0, gaveUp: 0 };
export const sweepDelayMs = 3 * 60_000;

/** A batch of one product that has reached the state `to`. */
export const batchAt = async (
  to: 'started' | 'enqueued' | 'fetched' | 'registered' | 'done',
  urls = [a],
) => {
  const harness = batchHarness();
  await harness.start(toCsv(urls), { webhook: true });
  if (to === 'started') return harness;
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  if (to === 'enqueued') return harness;
  for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
  if (to === 'fetched') return harness;
  for (const key of harness.incomingObjects.splice(0)) await harness.app.register(key);
  if (to === 'registered') return harness;
  await harness.app.finish();
  return harness;
};

/** Drops all queued messages, and lets the time pass after which the sweep acts. */
export const loseAll = (harness: ReturnType<typeof batchHarness>) => {
  const { expand, import: imports, close, webhook } = harness.waiting;
  for (const queue of [expand, imports, close, webhook, harness.incomingObjects, harness.outcomes])
    queue.length = 0;
  harness.pass(sweepDelayMs);
};
