import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { deadLetters } from '#infra/cli/dead-letters.ts';
import { alarmsFor } from '#infra/deploy/alarms.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { giveUpOnRow } from '#lib/batches/import-row.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';
import { anEditDesk } from '#test/support/edit-harness.ts';

const url = 'https://shop.example/a.jpg';
const last = { reason: 'Tried 8 times and gave up: S3 is down.', attempts: 8 };
const withoutEffect = deadLetters.filter(({ instead }) => instead);

describe('a dead letter that is sent back', () => {
  it('leaves the URLs of a row failed', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([url]));
    await room.work.expand();
    const [message] = room.waiting.import;
    if (!message) throw new Error('not enqueued');
    await giveUpOnRow(message, last, room.deps);
    await room.finish();
    const before = [await room.batch(), await room.rows()];

    await room.work.import(message);
    await room.finish();

    expect([await room.batch(), await room.rows()]).toEqual(before);
    expect(room.fetched).toEqual([]);
    expect(withoutEffect.map(({ queue }) => queue)).toContain('import-row');
  });

  it('leaves a batch refused', async () => {
    const room = aBatchRoom();
    const csvUrl = 'https://shop.example/products.csv';
    room.serve(csvUrl, new RetryLaterError('busy'));
    await room.start({ csvUrl });
    await giveUpExpansion(requestId, last, room.deps);
    room.serve(csvUrl, csvOf([url]));
    const before = await room.batch();

    await room.work.expand();
    await room.finish();

    expect(await room.batch()).toEqual(before);
    expect(before.work.state).toBe('refused');
    expect(withoutEffect.map(({ queue }) => queue)).toContain('expand-batch');
  });

  it('leaves an edit failed, and calls no provider', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start({ sourceUrl: 'https://untrusted.example/a.png' });
    await desk.giveUp(desk.message());

    await desk.run(desk.message());

    expect(await desk.seen(edit)).toMatchObject({ status: 'FAILED' });
    expect(desk.calls).toEqual([]);
    expect(withoutEffect.map(({ queue }) => queue)).toContain('run-edit');
  });

  it('records, closes and delivers what is still open', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([url]), { webhook: true });
    await room.work.expand();
    for (const message of room.waiting.import.splice(0)) await room.work.import(message);
    for (const key of room.incomingObjects.splice(0)) await room.darkroom.register(key);
    await room.darkroom.finish();

    for (const { key, image_id } of room.outcomes.splice(0)) await room.work.outcome(key, image_id);
    expect(await room.counts()).toMatchObject({ products: 1 });
    room.waiting.close.length = 0;
    await room.work.close();
    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
    const [enqueued] = room.waiting.webhook.splice(0);
    if (!enqueued) throw new Error('not enqueued');
    await room.work.webhook(enqueued.message);
    expect(await room.batch()).toMatchObject({ webhook: { state: 'delivered' } });

    for (const queue of ['record-outcome', 'close-batch', 'send-webhook'])
      expect(deadLetters).toContainEqual({ queue });
  });
});

describe('dead letters that change nothing when they are redriven', () => {
  const queueOf = (name: string) => ({
    logicalId: name,
    name: `darkroom-prod-${name}-dlq`,
    isDeadLetterQueue: true,
  });
  const alarmOf = (queue: string) => {
    const queues = [queueOf(queue)];
    const watched = { stackName: 'darkroom-prod', apiName: 'a', functions: [], queues };
    return JSON.stringify(alarmsFor(watched, '')[`${queue}DepthAlarm`]);
  };

  it.each(withoutEffect)('are explained by the alarm of $queue', ({ queue, instead }) => {
    expect(alarmOf(queue)).toContain(instead);
    expect(alarmOf('read-exif')).toContain('Once the cause is gone: npm run redrive.');
  });

  it('are explained by npm run redrive -- --help', () => {
    const { stdout } = spawnSync(process.execPath, ['infra/cli/redrive.ts', '--help'], {
      encoding: 'utf8',
    });

    for (const { queue, instead } of withoutEffect)
      expect(stdout).toMatch(`${queue.padEnd(12)}  ${instead}`);
  });
});
