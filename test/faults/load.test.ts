import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EditServer, startEditServer } from '#test/support/edit-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { aDrop, someDrops } from '#test/support/faults-pictures.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import { batchClient } from './batch-client.ts';
import { expectTruth } from './batch-expectations.ts';
import { countImages, createCsv, givenRows, startSmallOrigin } from './batch-fixtures.ts';
import { clientsIn } from './load-clients.ts';
import { expectEachOnce } from './load-expectations.ts';
import { faultsSeed, randomFrom } from './random.ts';

const times = isLong ? 10 : 1;
const few = 6 * times;
const crashes = isLong ? 10 : 2;
// If a worker is killed on the last receive of its message, the sweep finds the step after two minutes.
const lostAfterMs = 4 * 60_000;

const seed = faultsSeed();
let darkroom: FaultyDarkroom;
let origin: FetchOrigin;
let editor: EditServer;
beforeAll(async () => {
  origin = await startSmallOrigin();
  editor = await startEditServer();
  darkroom = await startFaultyDarkroom({
    seed,
    workers: 'forked',
    // The faults of npm run dev:faults, with a few more kills.
    env: {
      LOCAL_VISIBILITY_SECONDS: '10',
      FAULTS_RATE: '0.02',
      FAULTS_COPIES: '3',
      FAULTS_DELAY_SECONDS: '2',
      FAULTS_KILLS: '0.005',
      FETCH_ALLOW_HOSTS: origin.host,
      EDIT_PROVIDER: 'openai',
      EDIT_BASE_URL: editor.url,
      EDIT_TIMEOUT_SECONDS: '3',
    },
  });
}, 120_000);
afterAll(async () => {
  await darkroom?.stop();
  await editor?.stop();
  await origin?.stop();
});

/** Kills the whole stack each time that many more images have ended. */
const crash = async (random: () => number, images: number): Promise<void> => {
  for (let nth = 0; nth < crashes; nth++) {
    const many = ((nth + random()) / crashes) * images * 0.8;
    await eventually(
      async () => {
        const { done, failed } = await darkroom.statsNow();
        expect(done + failed).toBeGreaterThanOrEqual(many);
      },
      { within: waitMs },
    );
    await darkroom.stack.kill('SIGKILL');
    await darkroom.stack.restart();
  }
};

describe('the pipeline under load', () => {
  it(
    `records and counts every drop, upload, overwrite, deletion, batch, edit and retry exactly once, while workers and ${crashes} times the whole stack are killed`,
    async () => {
      const random = randomFrom(seed);
      const clients = clientsIn(darkroom);
      const drops = await someDrops('load', 4 * few, 500_000);
      const uploads = await someDrops('upload', few, 510_000);
      const [removed, rewritten] = [drops.slice(0, few), drops.slice(few, 2 * few)];
      const newer = await Promise.all(
        rewritten.map(({ key }, n) => aDrop(key, 520_000 + n, { width: 200 })),
      );
      const source = await aDrop('source.jpg', 530_000);
      const rows = givenRows(30 * times, origin.url);
      const prompts = Array.from({ length: 3 * times }, (_, n) => `Edit ${n}`);

      // Captions fail at first, so that there is something to retry.
      darkroom.captions.become({ is: 'failing', status: 400 });
      await clients.drop([source]);
      const [requestId, editIds] = await Promise.all([
        clients.startBatch(createCsv(rows)),
        clients.startEdits(source, prompts),
        clients.upload(uploads),
        clients.drop(drops).then(() => Promise.all([clients.remove(removed), clients.drop(newer)])),
        crash(random.next, drops.length + uploads.length + countImages(rows)),
      ]);
      const edits = await Promise.all(editIds.map(clients.editEnded));
      await darkroom.quiet({ lostAfterMs });

      darkroom.captions.become({ is: 'answering' });
      const retried = (await darkroom.storedRecords()).images
        .filter(({ image }) => !image.deleted && image.steps.caption.state === 'failed')
        .map(({ image }) => image.imageId);
      const half = Math.floor(retried.length / 2);
      await clients.retry(retried.slice(0, half));
      await darkroom.stack.kill('SIGKILL');
      await Promise.all([darkroom.stack.restart(), clients.retry(retried.slice(half))]);
      await darkroom.quiet({ lostAfterMs });
      await darkroom.faultControl.clear();
      await darkroom.quiet({ lostAfterMs });

      const batch = batchClient(darkroom.stack);
      await expectTruth(batch, await batch.find(requestId), rows);
      await expectEachOnce(darkroom, {
        shown: [source, ...drops.slice(2 * few), ...newer],
        removed,
        uploads,
        rows,
        edits,
        retried,
      });
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});
