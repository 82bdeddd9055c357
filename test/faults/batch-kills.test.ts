import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EditServer, startEditServer } from '#test/support/edit-server.ts';
import { anEditSession } from '#test/support/edit-session-builder.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { aDrop } from '#test/support/faults-pictures.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import { type BatchClient, batchClient } from './batch-client.ts';
import { expectTruth } from './batch-expectations.ts';
import { countImages, createCsv, givenRows, startSmallOrigin } from './batch-fixtures.ts';
import { faultsSeed } from './random.ts';

const rounds = isLong ? 20 : 1;
const moments = ['before', 'after'] as const;
// send-webhook is killed in batches.test.ts: an interrupted delivery stays leased for 30 seconds.
const workers = ['expand-batch', 'import-row', 'record-outcome', 'close-batch', 'run-edit'];

let origin: FetchOrigin;
let editor: EditServer;
let darkroom: FaultyDarkroom;
let batches: BatchClient;
beforeAll(async () => {
  origin = await startSmallOrigin();
  editor = await startEditServer();
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    workers: 'forked',
    env: {
      CAPTION_PROVIDER: 'none',
      LOCAL_VISIBILITY_SECONDS: '5',
      FETCH_ALLOW_HOSTS: origin.host,
      EDIT_PROVIDER: 'openai',
      EDIT_BASE_URL: editor.url,
      EDIT_TIMEOUT_SECONDS: '3', // and 20 s more until the lease of a killed worker expires
    },
  });
  batches = batchClient(darkroom.stack);
}, 120_000);
afterAll(async () => {
  await darkroom?.stop();
  await editor?.stop();
  await origin?.stop();
});

describe('a batch or edit worker that is killed', () => {
  it(
    `before and after each of its calls, ${rounds} times, leaves no work undone and does none twice`,
    async () => {
      const session = anEditSession(darkroom.json);
      const source = await aDrop('source.jpg', 600_000);
      await darkroom.drop(source.key, source.bytes);
      await darkroom.ended(source.imageId);
      const edit = (prompt: string) => session.start({ source_url: source.imageId, prompt });

      // The calls are recorded from a run without kills, so that no boundary can be forgotten here.
      const given = [givenRows(12, origin.url, 0)];
      const requestIds = [await batches.start(createCsv(given.flat()))];
      const learned = await session.ended((await edit('No worker is killed')).initId, waitMs);
      await darkroom.quiet();
      const seen = (await darkroom.faultControl.report()).calls;
      const boundaries = workers.flatMap((worker) =>
        (seen[worker] ?? []).flatMap((call) => moments.map((when) => ({ worker, call, when }))),
      );
      const countKills = (worker: string) =>
        boundaries.filter((one) => one.worker === worker).length;
      // Each message can be killed seven times at most, and is to be killed far less often.
      const batchesAtOnce = Math.ceil(
        Math.max(countKills('expand-batch'), countKills('close-batch')) / 2,
      );

      const prompts: string[] = [];
      const edits: Awaited<ReturnType<typeof session.ended>>[] = [];
      for (let round = 0; round < rounds; round++) {
        await darkroom.faultControl.add(...boundaries);
        for (let n = 0; n < batchesAtOnce; n++) {
          const rows = givenRows(12, origin.url, given.length);
          given.push(rows);
          requestIds.push(await batches.start(createCsv(rows)));
        }
        const started = [];
        for (let n = 0; n < countKills('run-edit'); n++) {
          const prompt = `Edit ${prompts.length}`;
          prompts.push(prompt);
          started.push(await edit(prompt));
        }
        const ended = started.map(({ initId }) => session.ended(initId, waitMs));
        edits.push(...(await Promise.all(ended)));
        await darkroom.quiet();
      }

      const { waiting, triggered } = await darkroom.faultControl.report();
      report(`${triggered.length} kills, ${requestIds.length} batches, ${edits.length} edits`);
      expect(waiting).toEqual([]);
      for (const [n, requestId] of requestIds.entries())
        await expectTruth(batches, await batches.find(requestId), given[n] ?? []);
      // An edit that two kills interrupted after payment is not requested a third time.
      for (const { status, error } of [learned, ...edits])
        if (status === 'FAILED') expect(error).toContain('may have been paid for');
      const made = edits.filter(({ status }) => status === 'COMPLETED');
      expect(made.length).toBeGreaterThan(edits.length / 2);
      // A picture is paid for again if its worker was killed before it stored it: in each round one
      // worker is killed there, before its PutObject.
      const paid = prompts.reduce((sum, prompt) => sum + editor.paidFor(prompt), 0);
      expect(paid).toBeLessThanOrEqual(prompts.length + rounds);

      const failed = countImages(given.flat(), 'broken');
      const pictures = 1 + made.length + (learned.status === 'COMPLETED' ? 1 : 0);
      const done = countImages(given.flat(), 'completed') + pictures;
      expect(await darkroom.stats()).toMatchObject({ total: done + failed, done, failed });
      expect(await darkroom.deadLetters()).toEqual({});
      expect(await copiesOfEdits()).toBe(0);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});

/** What was fetched for an edit is stored only while it is needed. */
const copiesOfEdits = async (): Promise<number> => {
  const list = new ListObjectsV2Command({ Bucket: 'darkroom-dev-derived', Prefix: 'edits/' });
  return (await darkroom.s3.send(list)).KeyCount ?? 0;
};

const report = (text: string) => process.stdout.write(`${text}\n`);
