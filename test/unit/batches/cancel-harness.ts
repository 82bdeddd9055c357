import { rowImageId } from '#lib/batches/row.ts';
import { type BatchHarness, batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';

export const [a, b, c] = ['a', 'b', 'c'].map((name) => `https://shop.example/${name}.jpg`) as [
  string,
  string,
  string,
];

/** A batch of three products, with rows; the first `done` of them are processed. */
export const startedHarness = async ({ done = 0, webhook = false } = {}) => {
  const harness = batchHarness();
  await harness.start(toCsv([a], [b], [c]), { webhook });
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  const later = harness.waiting.import.splice(done);
  if (done) await harness.finish();
  harness.waiting.import.push(...later);
  return harness;
};
/** The states of all pictures of a batch, in order. */
export const readStates = async ({ rows }: BatchHarness) =>
  (await rows()).flatMap(({ images }) => images.map(({ state }) => state));
export const imageId = (number: number, url: string) =>
  rowImageId({ requestId, number, index: 0 }, url);
