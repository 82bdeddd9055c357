import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchRecord } from '#test/e2e/batch-client.ts';
import { eventually } from '#test/support/eventually.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import { expectCounts, expectOneWebhookEach, expectTruth, settled } from './batch-expectations.ts';
import {
  countImages,
  createCsv,
  type GivenRow,
  givenRows,
  startSmallOrigin,
} from './batch-fixtures.ts';
import { withStack } from './batch-stack.ts';
import { hitsIn, killUntilHit } from './kill-workers.ts';
import { faultsSeed, randomFrom } from './random.ts';
import { timesEach } from './repetitions.ts';

const count = isLong ? 2000 : 300;
const hits = 20;
const maxBatches = 5; // one is almost always enough

// send-webhook has a separate test: killed after the response and before recording it, it delivers again.
const workersOfABatch = [
  'import-row',
  'register-image',
  'make-thumbnails',
  'read-exif',
  'record-outcome',
  'expand-batch',
  'close-batch',
];

let origin: FetchOrigin;
beforeAll(async () => {
  origin = await startSmallOrigin();
});
afterAll(() => origin.stop());

describe('a batch under fault injection', () => {
  it(
    `completes all ${count} rows, none of them twice, although ${hits} workers are killed while they work`,
    async () => {
      const random = randomFrom(faultsSeed());

      await withStack({ origin, workers: 'forked' }, async ({ stack, darkroom, receiver }) => {
        const given: GivenRow[] = [];
        const batches: BatchRecord[] = [];
        // On some machines fewer kills hit a worker before the last row is done: another batch then
        // gets the remaining kills.
        const left = () => hits - hitsIn(stack.output());
        while (left() > 0 && batches.length < maxBatches) {
          const begun = performance.now();
          const rows = givenRows(count, origin.url, batches.length + 1);
          const total = countImages(rows);
          const requestId = await darkroom.start(createCsv(rows), {
            fields: { webhook_url: receiver.url },
          });
          const processed = async () => (await darkroom.find(requestId)).progress.processed_images;
          const hasEndedImage = async () => (await processed()) === total;
          // One kill while the rows are written, the others each time that many more URLs are done.
          const moments = Array.from({ length: left() - 1 }, () =>
            Math.floor(random.next() * total * 0.6),
          );
          const died = await killUntilHit(stack, ['expand-batch'], random, hasEndedImage);
          for (const moment of moments.sort((a, b) => a - b)) {
            await eventually(async () => expect(await processed()).toBeGreaterThanOrEqual(moment), {
              within: waitMs,
            });
            died.push(...(await killUntilHit(stack, workersOfABatch, random, hasEndedImage)));
          }
          const batch = await settled(darkroom, requestId, waitMs);

          report(`${count} rows took ${secondsSince(begun)} s; killed: ${tallied(died)}`);
          await expectTruth(darkroom, batch, rows);
          given.push(...rows);
          batches.push(batch);
        }
        expect(left()).toBeLessThanOrEqual(0);
        await expectCounts(darkroom, given);
        expectOneWebhookEach(receiver, batches);
      });
    },
    proofMs,
  );

  it(
    'resumes where it was after the whole stack is killed',
    async () => {
      const random = randomFrom(faultsSeed());
      const rows = givenRows(120, origin.url);
      const total = countImages(rows);

      await withStack({ origin, workers: 'in-process' }, async ({ stack, darkroom, receiver }) => {
        const requestId = await darkroom.start(createCsv(rows), {
          fields: { webhook_url: receiver.url },
        });
        // At the earliest while the rows are written, at the latest before the last of them is done.
        const moments = [0, random.next() * 0.4, 0.5 + random.next() * 0.4];
        for (const moment of moments) {
          await eventually(
            async () => {
              const { progress } = await darkroom.find(requestId);
              expect(progress.processed_images).toBeGreaterThanOrEqual(moment * total);
            },
            { within: waitMs },
          );
          await stack.kill('SIGKILL');
          await stack.restart();
        }
        const batch = await settled(darkroom, requestId, waitMs);

        await expectTruth(darkroom, batch, rows);
        await expectCounts(darkroom, rows);
        expectOneWebhookEach(receiver, [batch]);
      });
    },
    proofMs,
  );
});

const secondsSince = (begun: number) => Math.round((performance.now() - begun) / 1000);
const report = (text: string) => process.stdout.write(`${text}\n`);

/** `import-row 7, close-batch 1` */
const tallied = (names: readonly string[]): string =>
  timesEach(names)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
