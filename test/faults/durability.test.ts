import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BatchClient, createBatchClient } from '#test/e2e/batch-client.ts';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { openAuditor } from '#test/support/faults-audit.ts';
import { watchQueues } from '#test/support/faults-idle.ts';
import { isLong } from '#test/support/faults-timeouts.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import { startSmallOrigin } from './batch-fixtures.ts';
import { openLedger, openLoad } from './durable-load.ts';
import { faultsSeed, randomFrom } from './random.ts';

// STACK_KILLS=2000 tries for hours; infra/local-cloud/test has S3_KILLS, SQS_KILLS and DYNAMODB_KILLS,
// which kill one emulator alone, several times a second.
const kills = Number(process.env['STACK_KILLS'] ?? (isLong ? 50 : 2));
const clients = 4;
const killWithinMs = 1_500;
const killsPerAudit = 25;

let origin: FetchOrigin;
let stack: EmbeddedStack;
let darkroom: BatchClient;
beforeAll(async () => {
  origin = await startSmallOrigin();
  stack = await startEmbeddedStack({
    env: {
      CAPTION_PROVIDER: 'none',
      LOCAL_VISIBILITY_SECONDS: '5',
      SWEEP_MINUTES: '0.05',
      FETCH_ALLOW_HOSTS: origin.host,
    },
  });
  darkroom = createBatchClient({ baseUrl: stack.baseUrl, env: stack.env });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await origin?.stop();
});

const lists = ['/api/images?limit=100', '/api/images?status=failed', '/api/batches', '/api/stats'];

it(`nothing that was answered is lost, whenever the process of the emulators is killed (${kills} times)`, {
  timeout: 10 * 60_000 + kills * 60_000,
}, async () => {
  const random = randomFrom(faultsSeed());
  const ledger = openLedger();
  const auditor = openAuditor(stack);
  const { quiet } = watchQueues(darkroom, auditor);
  const load = await openLoad(darkroom, { origin: origin.url, random, ledger });
  const unexpected: string[] = [];

  /** Four clients, which request until the stack is killed. */
  const workUntilKilled = async () => {
    let isKilled = false;
    const work = async () => {
      while (!isKilled)
        await load.act().catch((error: unknown) => {
          if (!isKilled) unexpected.push(String(error));
        });
    };
    const working = Array.from({ length: clients }, work);
    await wait(random.next() * killWithinMs); // not for anything: the kill comes at any instruction
    isKilled = true;
    await stack.kill('SIGKILL');
    await Promise.all(working);
  };
  /** What clients see, once everything has ended. */
  const expectTruth = async () => {
    await quiet({ within: 5 * 60_000, lostAfterMs: 4 * 60_000 });
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
    // A worker that was killed before it corrected the sparse index leaves that to the next sweep.
    const clean = async () => expect(await auditor.audit()).toEqual([]);
    await eventually(clean, { within: 4 * 60_000, every: 2_000 });
  };

  for (let kill = 1; kill <= kills; kill++) {
    await workUntilKilled();
    await stack.restart();
    // 409 at first: the claim of the request that was killed has to expire.
    for (const request of ledger.unanswered.splice(0))
      await eventually(request, { within: 2 * 60_000, every: 200 });
    for (const path of lists) expect((await darkroom.call(path)).status, path).toBe(200);
    if (kill % killsPerAudit === 0 || kill === kills) {
      await expectTruth();
      process.stdout.write(`${kill} kills, ${ledger.deleted.size} deletions, no difference\n`);
    }
  }
  expect(unexpected).toEqual([]);
  auditor.close();
});
