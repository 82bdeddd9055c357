import type { ImportMessage } from '#lib/batches/messages.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';

export const a = 'https://shop.example/photos/a.jpg';

export const b = 'https://shop.example/photos/b.jpg';

export const c = 'https://shop.example/photos/c.jpg';

/** A batch of one row, whose message a test delivers. */
export const importHarness = async (...urls: string[]) => {
  const harness = batchHarness();
  await harness.start(toCsv(urls));
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  const message: ImportMessage = { request_id: requestId, row: 1, from: 0, to: urls.length };
  const images = async () => (await harness.rows())[0]?.images;
  return { ...harness, message, images };
};
