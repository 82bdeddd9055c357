import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BatchClient, createBatchClient } from '#test/e2e/batch-client.ts';
import { eventually } from '#test/support/eventually.ts';
import { openAuditor } from '#test/support/faults-audit.ts';
import { watchQueues } from '#test/support/faults-idle.ts';
import { isLong } from '#test/support/faults-timeouts.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import { startWithKillableEmulators } from '#test/support/killable-emulators.ts';
import { startSmallOrigin } from './batch-fixtures.ts';
import { openLedger, openLoad } from './durable-load.ts';
import { faultsSeed, randomFrom } from './random.ts';

// EMULATOR_KILLS=2000 takes about an hour.
const wantedKills = Number(process.env['EMULATOR_KILLS'] ?? (isLong ? 500 : 20));
const clients = 3;
// Pollers of queues pause for a second after an error, so that workers run in the longer half only.
const killWithinMs = 1_000;
const killsWhileStarting = 0.2; // a share of all: recovery must survive a kill, too
const killsPerAudit = 200; // each audit waits until what was interrupted is retried: two minutes

let origin: FetchOrigin;
let stack: Awaited<ReturnType<typeof startWithKillableEmulators>>;
let darkroom: BatchClient;
beforeAll(async () => {
  origin = await startSmallOrigin();
  stack = await startWithKillableEmulators({
    visibilityTimeoutSeconds: 3,
    env: {
      CAPTION_PROVIDER: 'none',
      SWEEP_MINUTES: '0.05',
      FETCH_ALLOW_HOSTS: origin.host,
    },
  });
  darkroom = createBatchClient(stack);
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await origin?.stop();
});

const lists = ['/api/images?limit=100', '/api/images?status=failed', '/api/batches', '/api/stats'];

it(`nothing that was answered is lost, whenever the process of the emulators is killed (${wantedKills} times)`, {
  timeout: 10 * 60_000 + wantedKills * 20_000,
}, async () => {
  const random = randomFrom(faultsSeed());
  const ledger = openLedger();
  const auditor = openAuditor(stack);
  const { quiet } = watchQueues(darkroom, auditor);
  const load = await openLoad(darkroom, { origin: origin.url, random, ledger });
  const unexpected: string[] = [];
  let isServing = true;
  let isWorking = true;
  let kills = 0;
  let startTakesMs = 500;

  /** Requests all the time, but begins none while it knows that the emulators are away. */
  const work = async () => {
    while (isWorking) {
      if (!isServing) {
        await wait(20);
        continue;
      }
      const killsBefore = kills;
      await load.act().catch((error: unknown) => {
        if (kills === killsBefore) unexpected.push(String(error));
      });
    }
  };
  const startWorking = () => {
    isWorking = true;
    const working = Array.from({ length: clients }, work);
    return async () => {
      isWorking = false;
      await Promise.all(working);
    };
  };
  const killAndRestart = async () => {
    // On a slow machine later, or no work would ever end between two kills.
    await wait(random.next() * Math.max(killWithinMs, 2 * startTakesMs)); // not for anything: the kill comes at any instruction
    isServing = false;
    kills++;
    await stack.emulators.kill();
    while (random.next() < killsWhileStarting) {
      const starting = stack.emulators.start().catch(() => {});
      await wait(random.next() * startTakesMs);
      await stack.emulators.kill();
      await starting;
      kills++;
    }
    const startedAt = performance.now();
    await stack.emulators.start();
    startTakesMs = performance.now() - startedAt;
    isServing = true;
  };
  const expectLists = async () => {
    for (const path of lists) {
      const { status, text } = await darkroom.call(path);
      expect(status, `${path}: ${text}`).toBe(200);
    }
  };
  /** What clients see, once everything has ended. */
  const expectTruth = async () => {
    // 409 at first, where the claim of a request that failed has to expire.
    for (const request of ledger.unanswered.splice(0))
      await eventually(request, { within: 2 * 60_000, every: 200 });
    await load.redrive(); // what met a kill in all of its deliveries
    await quiet({ within: 20 * 60_000, lostAfterMs: 4 * 60_000 });
    for (const id of ledger.batches.splice(0))
      expect(await darkroom.batchEnded(id, 60_000)).toMatchObject({ status: 'completed' });
    for (const id of ledger.uploaded) {
      const { status, data } = await darkroom.json(`/api/images/${id}`);
      if (ledger.deleted.has(id)) expect(status, id).toBe(404);
      else if (!ledger.maybeDeleted.has(id)) expect(data, id).toMatchObject({ status: 'done' });
    }
    ledger.uploaded.clear();
    const dead = await load.takeDeadLetters();
    expect([...ledger.messages].filter((body) => !dead.has(body))).toEqual([]);
    ledger.messages.clear();
    // A worker that was interrupted before it corrected the sparse index leaves that to the next sweep.
    const clean = async () => expect(await auditor.audit()).toEqual([]);
    await eventually(clean, { within: 4 * 60_000, every: 2_000 });
  };

  let stopWorking = startWorking();
  let killsAtNextAudit = killsPerAudit;
  while (kills < wantedKills) {
    await killAndRestart();
    await expectLists();
    if (kills < Math.min(killsAtNextAudit, wantedKills)) continue;
    killsAtNextAudit += killsPerAudit;
    await stopWorking();
    const counts = `${ledger.uploaded.size} uploads, ${ledger.deleted.size} deletions, ${ledger.messages.size} messages`;
    await expectTruth();
    process.stdout.write(`${kills} kills, ${counts}, no difference\n`);
    stopWorking = startWorking();
  }
  await stopWorking();
  expect(unexpected).toEqual([]);
  auditor.close();
});
