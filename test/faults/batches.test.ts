import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { auditorOf } from '#test/support/faults-audit.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-patience.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import {
  type ReceiverAnswer,
  startWebhookReceiver,
  type WebhookReceiver,
} from '#test/support/webhook-receiver.ts';
import { type BatchClient, batchClient } from './batch-client.ts';
import { countOf, csvOf, givenRows, startSmallOrigin } from './batch-given.ts';
import { expectCounts, expectOneWebhook, expectTruth, settled } from './batch-truth.ts';
import { killed, killUntilHit, workersOf } from './kill-workers.ts';
import { faultsSeed, randomFrom } from './random.ts';

const count = isLong ? 2000 : 300;
const hits = 20;

// send-webhook has a test of its own: killed between an answer and our note of it, it asks again.
const workersOfABatch = [
  'import-row',
  'register-image',
  'make-thumbnails',
  'read-exif',
  'note-outcome',
  'expand-batch',
  'close-batch',
];

let origin: FetchOrigin;
beforeAll(async () => {
  origin = await startSmallOrigin();
});
afterAll(() => origin.stop());

const withStack = async (
  { workers, answers }: { workers: 'forked' | 'in-process'; answers?: () => ReceiverAnswer },
  test: (given: {
    stack: EmbeddedStack;
    darkroom: BatchClient;
    receiver: WebhookReceiver;
  }) => Promise<void>,
): Promise<void> => {
  const receiver = await startWebhookReceiver(answers && { answers });
  const env = {
    CAPTION_PROVIDER: 'none',
    FETCH_ALLOW_HOSTS: `${origin.host},${receiver.host}`,
    LOCAL_VISIBILITY_SECONDS: '15', // what a killed worker keeps from the others
  };
  const stack = await startEmbeddedStack({ env, workers });
  const { audit, close } = auditorOf(stack);
  try {
    await test({ stack, darkroom: batchClient(stack), receiver });
    expect(await audit()).toEqual([]);
  } catch (error) {
    process.stdout.write(`The stack said at last:\n${stack.output().slice(-3000)}\n`);
    throw error;
  } finally {
    close();
    await stack.stop();
    await receiver.stop();
  }
};

describe('a batch under faults', () => {
  it(
    `completes ${count} rows, none of them twice, although ${hits} workers are killed at work`,
    async () => {
      const random = randomFrom(faultsSeed());
      const rows = givenRows(count, origin.url);
      const total = countOf(rows);
      // One while the rows are written, the others whenever so many URLs are through.
      const moments = Array.from({ length: hits - 1 }, () =>
        Math.floor(random.next() * total * 0.85),
      );

      await withStack({ workers: 'forked' }, async ({ stack, darkroom, receiver }) => {
        const begun = performance.now();
        const requestId = await darkroom.start(csvOf(rows), {
          fields: { webhook_url: receiver.url },
        });
        const processed = async () => (await darkroom.find(requestId)).progress.processed_images;
        const isOver = async () => (await processed()) === total;
        const died = await killUntilHit(stack, ['expand-batch'], random, isOver);
        for (const moment of moments.sort((a, b) => a - b)) {
          await eventually(async () => expect(await processed()).toBeGreaterThanOrEqual(moment), {
            within: waitMs,
          });
          died.push(...(await killUntilHit(stack, workersOfABatch, random, isOver)));
        }
        const batch = await settled(darkroom, requestId, waitMs);

        report(`${count} rows took ${secondsSince(begun)} s; killed: ${tallied(died)}`);
        const inTheMiddle = stack.output().match(/ended in the middle of its work/g) ?? [];
        expect(inTheMiddle.length).toBeGreaterThanOrEqual(hits);
        await expectTruth(darkroom, batch, rows);
        await expectCounts(darkroom, rows);
        expectOneWebhook(receiver, batch);
      });
    },
    proofMs,
  );

  // The next two wait more than they work: together.
  it.concurrent(
    'goes on where it was when the whole stack was killed',
    async () => {
      const random = randomFrom(faultsSeed());
      const rows = givenRows(120, origin.url);
      const total = countOf(rows);

      await withStack({ workers: 'in-process' }, async ({ stack, darkroom, receiver }) => {
        const requestId = await darkroom.start(csvOf(rows), {
          fields: { webhook_url: receiver.url },
        });
        // Within the writing of the rows at the earliest, and before the last of them at the latest.
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
        expectOneWebhook(receiver, batch);
      });
    },
    proofMs,
  );

  it.concurrent(
    'delivers the webhook again, and says that it is the same, when its sender was killed before the answer',
    async () => {
      const rows = givenRows(2, origin.url);
      const answers = (): ReceiverAnswer => (calls++ === 0 ? 'never' : { status: 204 });
      let calls = 0;

      await withStack({ workers: 'forked', answers }, async ({ stack, darkroom, receiver }) => {
        const requestId = await darkroom.start(csvOf(rows), {
          fields: { webhook_url: receiver.url },
        });
        await eventually(() => expect(receiver.calls).toHaveLength(1), { within: 60_000 });
        for (const pid of await workersOf(stack, 'send-webhook')) killed(pid);
        const batch = await settled(darkroom, requestId, waitMs);

        expect(batch.status).toBe('completed');
        const [first, second, ...others] = receiver.calls;
        expect(others).toEqual([]);
        expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
        expect(second?.body).toBe(first?.body);
        expect(batch.webhook?.attempts.map(({ status }) => status)).toEqual([204]);
      });
    },
    proofMs,
  );
});

const secondsSince = (begun: number) => Math.round((performance.now() - begun) / 1000);
const report = (text: string) => process.stdout.write(`${text}\n`);

/** `import-row 7, close-batch 1` */
const tallied = (names: readonly string[]): string =>
  Object.entries(Object.groupBy(names, (name) => name))
    .map(([name, all = []]) => `${name} ${all.length}`)
    .join(', ');
