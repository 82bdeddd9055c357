import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { deadLetters } from '#infra/cli/dead-letters.ts';
import { alarmsFor } from '#infra/deploy/alarms.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { giveUpOnRow } from '#lib/batches/import-row.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { editHarness } from '#test/support/edit-harness.ts';

const url = 'https://shop.example/a.jpg';
const last = { reason: 'Tried 8 times and gave up: S3 is down.', attempts: 8 };
const withoutEffect = deadLetters.filter(({ instead }) => instead);

describe('a dead letter that is sent back', () => {
  it('leaves the URLs of a row failed', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([url]));
    await harness.work.expand();
    const [message] = harness.waiting.import;
    if (!message) throw new Error('not enqueued');
    await giveUpOnRow(message, last, harness.deps);
    await harness.finish();
    const before = [await harness.batch(), await harness.rows()];

    await harness.work.import(message);
    await harness.finish();

    expect([await harness.batch(), await harness.rows()]).toEqual(before);
    expect(harness.fetched).toEqual([]);
    expect(withoutEffect.map(({ queue }) => queue)).toContain('import-row');
  });

  it('leaves a batch refused', async () => {
    const harness = batchHarness();
    const csvUrl = 'https://shop.example/products.csv';
    harness.serve(csvUrl, new RetryLaterError('busy'));
    await harness.start({ csvUrl });
    await giveUpExpansion(requestId, last, harness.deps);
    harness.serve(csvUrl, toCsv([url]));
    const before = await harness.batch();

    await harness.work.expand();
    await harness.finish();

    expect(await harness.batch()).toEqual(before);
    expect(before.work.state).toBe('refused');
    expect(withoutEffect.map(({ queue }) => queue)).toContain('expand-batch');
  });

  it('leaves an edit failed, and calls no provider', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({ sourceUrl: 'https://untrusted.example/a.png' });
    await harness.giveUp(harness.message());

    await harness.run(harness.message());

    expect(await harness.seen(edit)).toMatchObject({ status: 'FAILED' });
    expect(harness.calls).toEqual([]);
    expect(withoutEffect.map(({ queue }) => queue)).toContain('run-edit');
  });

  it('completes the work that is still open', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([url]), { webhook: true });
    await harness.work.expand();
    for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
    for (const key of harness.incomingObjects.splice(0)) await harness.app.register(key);
    await harness.app.finish();

    for (const { key, image_id } of harness.outcomes.splice(0))
      await harness.work.outcome(key, image_id);
    expect(await harness.counts()).toMatchObject({ products: 1 });
    harness.waiting.close.length = 0;
    await harness.work.close();
    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
    const [enqueued] = harness.waiting.webhook.splice(0);
    if (!enqueued) throw new Error('not enqueued');
    await harness.work.webhook(enqueued.message);
    expect(await harness.batch()).toMatchObject({ webhook: { state: 'delivered' } });

    for (const queue of ['record-outcome', 'close-batch', 'send-webhook'])
      expect(deadLetters).toContainEqual({ queue });
  });
});

describe('dead letters that change nothing when they are redriven', () => {
  const createQueue = (name: string) => ({
    logicalId: name,
    name: `darkroom-prod-${name}-dlq`,
    isDeadLetterQueue: true,
  });
  const alarmText = (queue: string) => {
    const queues = [createQueue(queue)];
    const watched = { stackName: 'darkroom-prod', apiName: 'a', functions: [], queues };
    return JSON.stringify(alarmsFor(watched, '')[`${queue}DepthAlarm`]);
  };

  it.each(withoutEffect)('are explained by the alarm of $queue', ({ queue, instead }) => {
    expect(alarmText(queue)).toContain(instead);
    expect(alarmText('read-exif')).toContain('Once the cause is gone: npm run redrive.');
  });

  it('are explained by npm run redrive -- --help', () => {
    const { stdout } = spawnSync(process.execPath, ['infra/cli/redrive.ts', '--help'], {
      encoding: 'utf8',
    });

    for (const { queue, instead } of withoutEffect)
      expect(stdout).toMatch(`${queue.padEnd(12)}  ${instead}`);
  });
});
