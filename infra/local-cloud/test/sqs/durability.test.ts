import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../emulators/sqs/database.ts';
import { openQueueService } from '../../emulators/sqs/queue-service.ts';
import { startSqs } from '../../emulators/sqs/start-sqs.ts';
import { account } from './account.ts';
import {
  killedWhileMoving,
  newFolder,
  type Sqs,
  start,
  startProcess,
  startProcessOnSmallDisk,
} from './sqs-fixture.ts';
import { openLedger, runLoad } from './sqs-load.ts';

const kills = Number(process.env['SQS_KILLS'] ?? 8);
const maxRunMs = 250;

/** Everything in these queues; of what stays in flight nothing comes twice. */
const drain = async (sqs: Sqs, urls: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const url of urls)
    for (;;) {
      const bodies = await sqs.bodies(url, { VisibilityTimeout: 600 });
      if (bodies.length === 0) break;
      found.push(...bodies.map(String));
    }
  return found;
};

describe('after SIGKILL', () => {
  it(
    'has every confirmed message, once and in one queue, however often it is killed',
    async () => {
      const folder = newFolder();
      const ledger = openLedger();

      for (let round = 0; round < kills; round += 1) {
        const victim = await startProcess({ folder, releaseInFlight: true });
        const { queue, deadLetters } = await victim.sqs.createPair('work', 3);
        const before = ledger.deleted.size;
        const load = runLoad(victim.url, { queue, deadLetters, ledger, round });
        await vi.waitFor(() => expect(ledger.deleted.size).toBeGreaterThan(before), 20_000);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * maxRunMs));
        await victim.kill();
        await load;
      }

      const survivor = await startProcess({ folder, releaseInFlight: true });
      const { queue, deadLetters } = await survivor.sqs.createPair('work', 3);
      const found = await drain(survivor.sqs, [queue, deadLetters]);
      const all = new Set(found);
      expect(ledger.sent.size).toBeGreaterThan(kills * 5); // or the load would prove nothing
      expect(ledger.deleted.size).toBeGreaterThan(kills);
      expect(found).toHaveLength(all.size);
      const lost = [...ledger.sent].filter(
        (body) => !all.has(body) && !ledger.deleted.has(body) && !ledger.maybeDeleted.has(body),
      );
      expect(lost).toEqual([]);
      expect(found.filter((body) => ledger.deleted.has(body))).toEqual([]);
      expect(found.filter((body) => !ledger.sent.has(body) && !ledger.maybeSent.has(body))).toEqual(
        [],
      );
    },
    60_000 + kills * 5000,
  );

  it('messages in flight become visible when their visibility timeout ends, and not before', async () => {
    const folder = newFolder();
    const first = await startProcess({ folder });
    const soon = await first.sqs.createQueue('soon', { VisibilityTimeout: '1' });
    const later = await first.sqs.createQueue('later', { VisibilityTimeout: '600' });
    for (const queue of [soon, later]) {
      await first.sqs.send(queue, 'in flight');
      await first.sqs.receive(queue);
    }
    await first.sqs.send(later, 'waiting');
    await first.kill();

    const { sqs } = await startProcess({ folder });

    expect(await sqs.receive(soon, { WaitTimeSeconds: 10 })).toMatchObject([
      { Body: 'in flight', Attributes: { ApproximateReceiveCount: '2' } },
    ]);
    expect(await sqs.bodies(later)).toEqual(['waiting']);
  });

  it('releaseInFlight makes messages in flight visible at once, and leaves delayed ones delayed', async () => {
    const folder = newFolder();
    const first = await startProcess({ folder });
    const queue = await first.sqs.createQueue('work', { VisibilityTimeout: '600' });
    await first.sqs.send(queue, 'in flight');
    const [received] = await first.sqs.receive(queue);
    await first.sqs.send(queue, 'delayed', { DelaySeconds: 600 });
    await first.kill();

    const { sqs } = await start({ folder, releaseInFlight: true });
    await sqs.delete(queue, received?.ReceiptHandle); // of a worker that has ended

    expect(await sqs.bodies(queue)).toEqual(['in flight']);
    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessagesDelayed: '1',
    });
  });
});

describe('a move to the dead-letter queue', () => {
  it('during which the process is killed leaves the message where it was', async () => {
    const folder = newFolder();
    const first = await start({ folder });
    const { queue, deadLetters } = await first.sqs.createPair('work', 1);
    await first.sqs.send(queue, 'poison');
    await first.sqs.receive(queue, { VisibilityTimeout: 0 });
    await first.stop();

    expect(killedWhileMoving(folder)).toBe('SIGKILL');

    const { sqs } = await start({ folder });
    expect(await sqs.readAttributes(queue)).toMatchObject({ ApproximateNumberOfMessages: '1' });
    expect(await sqs.bodies(deadLetters)).toEqual([]);
    expect(await sqs.bodies(queue)).toEqual([]); // and now it moves
    expect(await sqs.bodies(deadLetters)).toEqual(['poison']);
  });

  it('that fails half-way leaves the message where it was', async () => {
    const folder = newFolder();
    const database = openDatabase(folder);
    const service = openQueueService(database, { ...account, now: Date.now });
    const target = service.queues.create('work-dlq', {}, {});
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: target.arn, maxReceiveCount: 1 });
    const queue = service.queues.create('work', { RedrivePolicy }, {});
    service.send(queue, [{ body: 'poison', delayMs: 0 }]);
    const once = { maxMessages: 1, visibilityMs: 0, waitMs: 0, signal: AbortSignal.timeout(9000) };
    await service.receive(queue, once);
    service.send(queue, [{ body: 'good', delayMs: 0 }]);
    // The dead letter has been moved when giving the other one fails.
    database.exec(`CREATE TRIGGER full_disk BEFORE UPDATE OF receive_count ON messages
      BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);

    await expect(service.receive(queue, once)).rejects.toThrow('full');
    expect([service.count(queue).visible, service.count(target).visible]).toEqual([2, 0]);

    database.exec('DROP TRIGGER full_disk');
    expect(await service.receive(queue, once)).toMatchObject([{ body: 'good' }]);
    expect([service.count(queue).visible, service.count(target).visible]).toEqual([1, 1]);
    service.close();
  });
});

describe('a full disk', () => {
  it('refuses messages with 500, and loses none that it accepted', async () => {
    const folder = newFolder();
    const cramped = await startProcessOnSmallDisk({ folder }, 2048);
    const queue = await cramped.sqs.createQueue('work');
    const taken: string[] = [];
    let refusal: unknown;
    for (let count = 0; count < 100 && !refusal; count += 1) {
      const body = `${count}:${'x'.repeat(100_000)}`;
      await cramped.sqs.send(queue, body).then(
        () => taken.push(body),
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    await cramped.kill();

    expect(refusal).toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    const { sqs } = await start({ folder });
    expect((await drain(sqs, [queue])).sort()).toEqual(taken.sort());
  });
});

describe('the folder', () => {
  it('of an SQS emulator is refused to a second process while the first one runs', async () => {
    const folder = newFolder();
    await startProcess({ folder });

    await expect(startSqs({ port: 0, ...account, folder })).rejects.toThrow('locked');
  });

  it('of an SQS emulator holds one whole database', async () => {
    const folder = newFolder();
    const running = await start({ folder });
    const queue = await running.sqs.createQueue('work');
    await running.sqs.send(queue, 'stored');
    await running.stop();

    const database = new DatabaseSync(`${folder}/sqs.db`, { readOnly: true });
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(database.prepare('SELECT body FROM messages').all()).toEqual([{ body: 'stored' }]);
    database.close();
  });
});

describe('retention', () => {
  it('deletes messages older than the MessageRetentionPeriod of their queue', async () => {
    let now = Date.now();
    const service = openQueueService(openDatabase(undefined), { ...account, now: () => now });
    const queue = service.queues.create('work', { MessageRetentionPeriod: '60' }, {});
    const all = { maxMessages: 10, visibilityMs: 0, waitMs: 0, signal: AbortSignal.timeout(9000) };
    service.send(queue, [{ body: 'old', delayMs: 0 }]);
    now += 30_000;
    service.send(queue, [{ body: 'young', delayMs: 0 }]);
    expect(await service.receive(queue, all)).toHaveLength(2);

    now += 30_001;
    expect(await service.receive(queue, all)).toMatchObject([{ body: 'young' }]);
    now += 60_001;
    expect(service.count(queue).visible).toBe(0);
    service.close();
  });
});
