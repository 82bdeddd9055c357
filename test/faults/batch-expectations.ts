import { expect } from 'vitest';
import { z } from 'zod';
import type { BatchRecord } from '#test/e2e/batch-client.ts';
import { eventually } from '#test/support/eventually.ts';
import type { WebhookReceiver } from '#test/support/webhook-receiver.ts';
import type { BatchClient } from './batch-client.ts';
import { countImages, type GivenRow } from './batch-fixtures.ts';

const ended = ['completed', 'completed_with_errors', 'failed'];

/** Waits until the batch has ended and its webhook has been settled. */
export const settled = (
  darkroom: BatchClient,
  requestId: string,
  within: number,
): Promise<BatchRecord> =>
  eventually(
    async () => {
      const batch = await darkroom.find(requestId);
      const isSettled = ended.includes(batch.status) && batch.webhook?.state === 'delivered';
      if (!isSettled) throw new Error(`The batch is ${JSON.stringify(batch)}`);
      return batch;
    },
    { within, every: 200 },
  );

/** Everything a batch says about itself, compared with what was in its CSV. */
export const expectTruth = async (
  darkroom: BatchClient,
  batch: BatchRecord,
  rows: readonly GivenRow[],
): Promise<void> => {
  const products = await darkroom.products(batch.request_id);
  const reported = products.flatMap(({ images }) => images);
  const given = rows.flatMap(({ urls }) => urls);
  // First, because its failure message includes the reasons.
  const lost = reported.filter(
    ({ status }, index) => status !== 'completed' && given[index]?.ending === 'completed',
  );
  expect(lost).toEqual([]);

  const total = countImages(rows);
  const failed = total - countImages(rows, 'completed');
  expect(batch.status).toBe(failed ? 'completed_with_errors' : 'completed');
  expect(batch.progress).toEqual({
    total_products: rows.length,
    processed_products: rows.length,
    total_images: total,
    processed_images: total,
    failed_images: failed,
    cancelled_images: 0,
    percentage: 100,
  });

  const results = await darkroom.resultRows(batch.request_id);
  expect(results.map(({ serialNumber, inputUrls }) => ({ serialNumber, inputUrls }))).toEqual(
    rows.map(({ serialNumber, urls }) => ({ serialNumber, inputUrls: urls.map(({ url }) => url) })),
  );
  expect(results.map(({ outputUrls }) => outputUrls.map(Boolean))).toEqual(
    rows.map(({ urls }) => urls.map(({ ending }) => ending === 'completed')),
  );
  const outputs = results.flatMap(({ outputUrls }) => outputUrls).filter(Boolean);
  expect(new Set(outputs).size).toBe(outputs.length);
  expect(await brokenLinksAmong(outputs)).toEqual([]);

  expect(products.map(({ images }) => images.map(({ output_url: url }) => url ?? ''))).toEqual(
    results.map(({ outputUrls }) => outputUrls),
  );
};

/** For a stack that processed only these rows: one image for each fetched URL, counted once. */
export const expectCounts = async (
  darkroom: BatchClient,
  rows: readonly GivenRow[],
): Promise<void> => {
  const done = countImages(rows, 'completed');
  const failed = countImages(rows, 'broken');
  expect(await darkroom.stats()).toMatchObject({
    total: done + failed,
    queued: 0,
    processing: 0,
    done,
    failed,
  });
  const listed = await darkroom.listedImages();
  expect(new Set(listed.map(({ image_id: id }) => id)).size).toBe(done + failed);
  expect(listed).toHaveLength(done + failed);
  expect(await readDeadLetters(darkroom)).toEqual([]);
};

/** For a receiver that gets no other webhooks. */
export const expectOneWebhookEach = (
  { calls }: WebhookReceiver,
  batches: readonly BatchRecord[],
): void => {
  expect(calls.map(({ headers }) => headers['webhook-id'])).toEqual(
    batches.map(({ request_id: requestId }) => `msg_${requestId}`),
  );
  expect(calls.map(({ body }) => JSON.parse(body))).toMatchObject(
    batches.map(({ request_id, status, progress }) => ({
      request_id,
      status,
      total_products: progress.total_products,
      processed_products: progress.processed_products,
    })),
  );
  for (const { webhook } of batches)
    expect(webhook?.attempts.map(({ status }) => status)).toEqual([204]);
};

/** Queues of messages that no worker could handle, with their number. */
const readDeadLetters = async (darkroom: BatchClient): Promise<[string, number][]> => {
  const { data } = await darkroom.json('/api/health');
  const { dead_letters: counts } = z
    .looseObject({ dead_letters: z.record(z.string(), z.number()) })
    .parse(data);
  return Object.entries(counts).filter(([, count]) => count > 0);
};

const maxConcurrentRequests = 8;

const brokenLinksAmong = async (urls: readonly string[]): Promise<string[]> => {
  const broken: string[] = [];
  const left = [...urls];
  const requestAll = async () => {
    for (let url = left.pop(); url; url = left.pop()) {
      const response = await fetch(url, { method: 'HEAD' });
      const isPicture = response.headers.get('content-type') === 'image/jpeg';
      if (response.status !== 200 || !isPicture) broken.push(`${response.status} ${url}`);
    }
  };
  await Promise.all(Array.from({ length: maxConcurrentRequests }, requestAll));
  return broken;
};
