import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processedAtOf } from '#lib/images/image.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import {
  aDrop,
  type Dropped,
  forEachConcurrently,
  messageFor,
  someDrops,
} from '#test/support/faults-pictures.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';
import { timesEach } from './repetitions.ts';

const rounds = isLong ? 20 : 2;

const visibilitySeconds = 5;
const sweepSeconds = 3;
const captionTimeoutSeconds = 2;
/** A worker that is killed while it has a picture described holds the lease for so long. */
const captionLeaseSeconds = captionTimeoutSeconds + 10;
/** How long an image may take without kills, when all are processed at once and other suites run. */
const workSeconds = 0.5;

const workers = ['register-image', 'make-thumbnails', 'read-exif', 'write-caption'];

let darkroom: FaultyDarkroom;
let calls: { worker: string; call: string }[];
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    workers: 'forked',
    env: {
      PIPELINE_CONCURRENCY: '2',
      LOCAL_VISIBILITY_SECONDS: String(visibilitySeconds),
      SWEEP_MINUTES: String(sweepSeconds / 60),
      CAPTION_TIMEOUT_SECONDS: String(captionTimeoutSeconds),
    },
  });
  // The calls are recorded from a run without kills, so that no boundary can be forgotten here.
  for (const { key, bytes } of await someDrops('learn', 3, 50_000)) {
    await darkroom.drop(key, bytes);
    await darkroom.quiet();
  }
  const seen = (await darkroom.faultControl.report()).calls;
  calls = workers.flatMap((worker) => (seen[worker] ?? []).map((call) => ({ worker, call })));
}, 180_000);
afterAll(() => darkroom?.stop());

describe('a worker that is killed', () => {
  it(
    `before and after each of its calls, ${rounds} times, leaves no work undone and no orphaned objects`,
    async () => {
      const before = await darkroom.stats();
      const moments = ['before', 'after'] as const;
      const drops: Dropped[] = [];
      const drop = async (count: number) => {
        const some = await someDrops(`killed-${drops.length}`, count, 60_000 + drops.length);
        await forEachConcurrently(some, ({ key, bytes }) => darkroom.drop(key, bytes));
        drops.push(...some);
      };
      // One round after another: all at once would use up the receives of the first messages.
      let inRound = 0;
      for (let round = 0; round < rounds; round++) {
        const earlier = drops.length;
        const failpoints = calls.flatMap((one) =>
          moments.map((when) => ({ ...one, when, nth: nthIn(round) })),
        );
        await darkroom.faultControl.add(...failpoints);
        await drop(
          Math.max(
            ...workers.map((name) => failpoints.filter(({ worker }) => worker === name).length),
          ),
        );
        // Some calls are rare: failpoints at one of them need more images.
        for (let more = 0; more < 10; more++) {
          await darkroom.quiet();
          const { waiting } = await darkroom.faultControl.report();
          if (waiting.length === 0) break;
          await drop(4);
        }
        await darkroom.faultControl.removeAll();
        inRound = drops.length - earlier;
      }
      await darkroom.quiet();

      const killedAt = (await darkroom.faultControl.report()).triggered
        .filter(({ what }) => what === 'kill')
        .map(({ worker, when, call }) => `${worker} ${when} ${call}`);
      expect(new Set(killedAt)).toEqual(
        new Set(calls.flatMap((one) => moments.map((when) => `${one.worker} ${when} ${one.call}`))),
      );
      const [[rarest, times] = ['', 0]] = timesEach(killedAt);
      report(`${killedAt.length} kills, ${times} of them ${rarest}; ${drops.length} images`);
      expect(times).toBeGreaterThanOrEqual(rounds / 2); // some calls do not happen in every round
      await expectOneOfEach(darkroom, drops, before);
      expect(await darkroom.audit()).toEqual([]);
      // Every message was delivered again after its visibility timeout: the sweep found nothing to do.
      expect(darkroom.stuck()).toBe(0);
      const { images } = await darkroom.storedRecords();
      const lastEnd = Math.max(
        ...images.map(({ image }) => Date.parse(processedAtOf(image) ?? '')),
      );
      const stuckSeconds = (lastEnd - darkroom.lastKill().getTime()) / 1000;
      report(`The last image ended ${stuckSeconds} s after the last kill`);
      expect(stuckSeconds).toBeLessThanOrEqual(
        visibilitySeconds + captionLeaseSeconds + sweepSeconds + inRound * workSeconds,
      );
    },
    proofMs,
  );

  it(
    'while another image with the same bytes finishes first, leaves no orphaned renditions',
    async () => {
      for (const ending of ['goes on', 'is killed'] as const) {
        const before = await darkroom.stats();
        const slow = await aDrop(`slow/${ending}.jpg`, 81_000 + ending.length);
        const quick = { ...(await aDrop(`quick/${ending}.jpg`, 0)), bytes: slow.bytes };
        const worker = 'make-thumbnails';

        const call = 'PutObject derived';
        await darkroom.faultControl.add({ worker, call, when: 'before', what: 'hold' });
        await darkroom.drop(slow.key, slow.bytes);
        await darkroom.faultControl.held();
        await darkroom.drop(quick.key, quick.bytes);
        await darkroom.ended(slow.imageId, 60_000); // its message was delivered again, and found all renditions done
        await darkroom.delivered(); // and its workers have ended: the kill is not meant for them
        if (ending === 'is killed')
          await darkroom.faultControl.add({ worker, call: 'GetItem images', when: 'before' });
        await darkroom.faultControl.release();
        if (ending === 'is killed') {
          await eventually(
            async () => expect((await darkroom.faultControl.report()).waiting).toEqual([]),
            { within: waitMs },
          );
          await darkroom.send(worker, [messageFor(slow.imageId)]); // simulates a duplicate delivery
        }
        await darkroom.quiet();

        await expectOneOfEach(darkroom, [slow, quick], before, { thumbnails: 2 });
        expect(await darkroom.audit(), ending).toEqual([]);
      }
    },
    proofMs,
  );

  it(
    'after it wrote its thumbnails, leaves no orphaned ones when another image with the same bytes is done before its retry',
    async () => {
      const before = await darkroom.stats();
      const slow = await aDrop('slow/before-its-next-try.jpg', 81_100);
      const quick = { ...(await aDrop('quick/before-its-next-try.jpg', 0)), bytes: slow.bytes };

      const call = 'PutObject derived';
      await darkroom.faultControl.add({ worker: 'make-thumbnails', call, when: 'after' });
      await darkroom.drop(slow.key, slow.bytes);
      await eventually(
        async () => expect((await darkroom.faultControl.report()).waiting).toEqual([]),
        {
          within: waitMs,
        },
      );
      await darkroom.drop(quick.key, quick.bytes);
      await darkroom.quiet();

      await expectOneOfEach(darkroom, [slow, quick], before, { thumbnails: 2 });
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});

describe('a worker whose visibility timeout has expired', () => {
  it(
    'before any of its writes, does not repeat a write that another worker has done',
    async () => {
      const writes = calls.filter(({ call }) => /^(Put|Update|Transact|Send)/.test(call));
      let overtaken = 0;
      for (const [n, { worker, call }] of writes.entries()) {
        const before = await darkroom.stats();
        const drop = await aDrop(`overtaken/${n}.jpg`, 97_000 + n);
        await darkroom.faultControl.add({ worker, call, when: 'before', what: 'hold' });
        await darkroom.drop(drop.key, drop.bytes);
        await Promise.race([darkroom.faultControl.held(), darkroom.ended(drop.imageId, waitMs)]);
        overtaken += (await darkroom.faultControl.report()).held.length;
        await darkroom.ended(drop.imageId, 60_000); // its message was delivered again, to another worker
        await darkroom.faultControl.removeAll();
        await darkroom.quiet();

        await expectOneOfEach(darkroom, [drop], before);
        expect(await darkroom.audit(), `${worker} ${call}`).toEqual([]);
      }
      expect(overtaken).toBeGreaterThan(writes.length / 2);
    },
    proofMs,
  );
});

describe('an image that is deleted', () => {
  it(
    'while a worker is about to make any of its calls, never comes back',
    async () => {
      let deleted = 0;
      for (const [n, { worker, call }] of calls.entries()) {
        const before = await darkroom.stats();
        const { key, imageId, bytes } = await aDrop(`deleted/${n}.jpg`, 90_000 + n);
        await darkroom.faultControl.add({ worker, call, when: 'before', what: 'hold' });
        await darkroom.drop(key, bytes);
        // A rare call may not happen this time: then the image is deleted once it is done.
        await Promise.race([darkroom.faultControl.held(), darkroom.ended(imageId, waitMs)]);
        const { status } = await darkroom.call(`/api/images/${imageId}`, { method: 'DELETE' });
        await darkroom.faultControl.removeAll();
        await darkroom.quiet();
        if (status === 404) continue; // it was not recorded yet, and is processed like any other now

        expect(status, `${worker} ${call}`).toBe(200);
        deleted++;
        expect((await darkroom.call(`/api/images/${imageId}`)).status).toBe(404);
        expect((await darkroom.stats()).total, `${worker} ${call}`).toBe(before.total);
        expect(await darkroom.audit(), `${worker} ${call}`).toEqual([]);
      }
      expect(deleted).toBeGreaterThan(calls.length / 2);
    },
    proofMs,
  );
});

/** The first such call of a process, or the second. */
const nthIn = (round: number) => 1 + (round % 2);

const report = (text: string) => process.stdout.write(`${text}\n`);
