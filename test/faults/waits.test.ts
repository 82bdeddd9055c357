import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { forEachConcurrently, someDrops } from '#test/support/faults-pictures.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import { killed } from '#test/support/killed.ts';
import type { ReceiverAnswer } from '#test/support/webhook-receiver.ts';
import { batchClient } from './batch-client.ts';
import { expectTruth, settled } from './batch-expectations.ts';
import { createCsv, type GivenRow, givenRows, startSmallOrigin } from './batch-fixtures.ts';
import { withStack } from './batch-stack.ts';
import { findWorkers } from './kill-workers.ts';
import { faultsSeed } from './random.ts';

// These tests wait for minutes and work for seconds: each has its own stack, and they run in parallel.

const images = isLong ? 300 : 100;
const downSeconds = 60;
const receives = 8; // after which a message moves to the DLQ
// The sweep looks for steps without progress for two minutes.
const missedMs = 4 * 60_000;

const seed = faultsSeed();
let origin: FetchOrigin;
beforeAll(async () => {
  origin = await startSmallOrigin();
});
afterAll(() => origin?.stop());

const withDarkroom = async (
  options: Omit<Parameters<typeof startFaultyDarkroom>[0], 'seed'>,
  test: (darkroom: FaultyDarkroom) => Promise<void>,
): Promise<void> => {
  const darkroom = await startFaultyDarkroom({ seed, ...options });
  await test(darkroom).finally(darkroom.stop);
};

describe.concurrent('S3 and DynamoDB outages', () => {
  const env = { PIPELINE_CONCURRENCY: '4', LOCAL_VISIBILITY_SECONDS: '15' };

  it(
    `of ${downSeconds} s lose no image, and need no manual step`,
    () =>
      withDarkroom({ env }, async (darkroom) => {
        const drops = await someDrops('down', images, 200_000);
        const [early, late] = [drops.slice(0, images / 2), drops.slice(images / 2)];

        await forEachConcurrently(early, ({ key, bytes }) => darkroom.drop(key, bytes));
        await darkroom.faultControl.change({ down: { s3: downSeconds, dynamodb: downSeconds } });
        await forEachConcurrently(late, ({ key, bytes }) => darkroom.drop(key, bytes));
        const bytes = await drawnJpeg({ width: 160, height: 120, seed: 210_000 });
        const refused = await darkroom.upload([{ name: 'while-down.jpg', bytes }]);
        // Retries like a client that got a retryable error, although its picture may be stored already.
        const again = { 'idempotency-key': randomUUID() };
        const { image_id } = await eventually(
          () => darkroom.uploadOne({ name: 'after.jpg', bytes }, again),
          { within: waitMs, every: 200 },
        );
        await darkroom.quiet();

        expect(refused.status).toBeGreaterThanOrEqual(500);
        expect((await darkroom.image(image_id)).status).toBe('done');
        expect(await darkroom.deadLetters()).toEqual({});
        const { total, done } = await darkroom.stats();
        expect({ total, done }).toEqual({ total: images + 1, done: images + 1 });
        expect(await darkroom.audit()).toEqual([]);
        expect(darkroom.stuck()).toBe(0);
      }),
    proofMs,
  );
});

describe.concurrent('a message whose worker is killed at every delivery', () => {
  /** A batch of one picture, so that each call for that picture is a call for that batch. */
  const expectedRows = (picture: string): GivenRow[] => [
    {
      serialNumber: '1',
      productName: 'Product 1',
      urls: [{ url: `${origin.url}/${picture}`, ending: 'completed' }],
    },
  ];
  const steps = ['make-thumbnails', 'read-exif', 'write-caption'];
  const batchCalls = [
    { worker: 'expand-batch', logFields: '20.jpg' },
    { worker: 'import-row', logFields: '21.jpg' },
    { worker: 'record-outcome', logFields: '22.jpg' },
    // The others are lost before they are closed. It dies when it has said that it is closing.
    { worker: 'close-batch', call: 'PutObject derived' },
  ];

  it(
    'is found by the sweep, and its work is done exactly once',
    () =>
      withDarkroom(
        {
          workers: 'forked',
          env: { LOCAL_VISIBILITY_SECONDS: '2', FETCH_ALLOW_HOSTS: origin.host },
        },
        async (darkroom) => {
          const batches = batchClient(darkroom.stack);
          const drops = await someDrops('lost', steps.length, 400_000);
          const stepCalls = drops.map(({ imageId }, n) => ({
            worker: steps[n] ?? '',
            logFields: imageId,
          }));
          // A message whose worker is slow to start is delivered again, and so are those after it: all of
          // these messages are to be lost.
          const eachTime = [...stepCalls, ...batchCalls].flatMap((one) =>
            Array.from({ length: 20 * receives }, () => ({ ...one, when: 'before' as const })),
          );
          const given = ['20.jpg', '21.jpg', '22.jpg', '23.jpg'].map(expectedRows);

          await darkroom.faultControl.add(...eachTime);
          await forEachConcurrently(drops, ({ key, bytes }) => darkroom.drop(key, bytes));
          const requestIds: string[] = [];
          for (const rows of given) requestIds.push(await batches.start(createCsv(rows)));
          await eventually(
            async () =>
              expect(Object.keys(await darkroom.deadLetters())).toEqual(
                expect.arrayContaining([...steps, ...batchCalls.map(({ worker }) => worker)]),
              ),
            { within: waitMs, every: 200 },
          );
          await darkroom.delivered();
          await darkroom.faultControl.removeAll();
          await Promise.all(drops.map(({ imageId }) => darkroom.ended(imageId, missedMs)));
          const ended = await Promise.all(requestIds.map((id) => batches.batchEnded(id, missedMs)));
          expect(darkroom.stuck()).toBeGreaterThanOrEqual(steps.length);

          // After a redrive there is nothing left to do.
          await darkroom.redrive();
          await darkroom.quiet();
          for (const [n, batch] of ended.entries())
            await expectTruth(batches, batch, given[n] ?? []);
          const { total, done } = await darkroom.stats();
          const all = drops.length + given.length;
          expect({ total, done }).toEqual({ total: all, done: all });
          expect(await darkroom.deadLetters()).toEqual({});
          expect(await darkroom.audit()).toEqual([]);
        },
      ),
    proofMs,
  );
});

describe.concurrent('a webhook delivery', () => {
  it(
    'is repeated with the same id when its sender was killed before the response',
    async () => {
      const rows = givenRows(2, origin.url);
      const respond = (): ReceiverAnswer => (calls++ === 0 ? 'never' : { status: 204 });
      let calls = 0;

      await withStack(
        { origin, workers: 'forked', respond },
        async ({ stack, darkroom, receiver }) => {
          const requestId = await darkroom.start(createCsv(rows), {
            fields: { webhook_url: receiver.url },
          });
          await eventually(() => expect(receiver.calls).toHaveLength(1), { within: 60_000 });
          await eventually(async () => {
            const senders = await findWorkers(stack, 'send-webhook');
            expect(senders.filter(killed)).not.toEqual([]);
          });
          const batch = await settled(darkroom, requestId, waitMs);

          expect(batch.status).toBe('completed');
          const [first, second, ...others] = receiver.calls;
          expect(others).toEqual([]);
          expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
          expect(second?.body).toBe(first?.body);
          expect(batch.webhook?.attempts.map(({ status }) => status)).toEqual([204]);
        },
      );
    },
    proofMs,
  );
});
