import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { createClient } from '#test/e2e/client.ts';
import { noFaultsYet } from '#test/support/faults-config.ts';
import { type BenchStack, startBenchStack } from '../support/bench-stack.ts';
import { drawnPhoto, withComment } from '../support/photo.ts';
import type { Figure, Part } from '../support/report.ts';

const pictures = { short: 40, full: 200 };
const clientsAtOnce = 2;
/** Calls of all functions for one picture, without project-changes, whose calls are for all of a second. */
const max = { upload: 15.5, drop: 16.5 };

/** Which calls of AWS' SDK the functions make for one picture, and how many transactions lose a race. */
export const sdkCalls: Part = {
  name: 'sdk-calls',
  run: async (length) => {
    const count = pictures[length];
    const photo = await drawnPhoto();
    // The fault proxies stand between functions and emulators, and count; they inject nothing.
    const { env, faultControl } = await noFaultsYet();
    const stack = await startBenchStack(env, { faultInjection: true });
    const meterUrl = `${stack.env['AWS_ENDPOINT_URL_DYNAMODB']}/_local-cloud/consumed-capacity`;
    const client = createClient(stack);

    const calls = async () => countByName((await faultControl.report()).times);
    let sent = 0;
    const pass = async (many: number, send: Send) => {
      let left = many;
      const sendSome = async () => {
        while (left-- > 0) await send(stack, withComment(photo, randomUUID()));
      };
      await Promise.all(Array.from({ length: clientsAtOnce }, sendSome));
      sent += many;
      for (;;) {
        const { done, failed } = Stats.parse(await stack.requestData('/api/stats'));
        if (failed > 0) throw new Error(`${failed} pictures failed.`);
        if (done >= sent) return;
        await wait(500);
      }
    };
    const measure = async (what: string, atMost: number, send: Send): Promise<Figure[]> => {
      await pass(4, send); // the first ones open connections and read secrets
      await fetch(meterUrl, { method: 'DELETE' });
      const before = await calls();
      await pass(count, send);
      const each = [...(await calls())]
        .map(([name, times]) => [name, (times - (before.get(name) ?? 0)) / count] as const)
        .filter(([name, times]) => times >= 0.01 && !isOther(name));
      const meter = Meter.parse(await (await fetch(meterUrl)).json());
      const lost = Object.values(meter.cancelledTransactions).reduce((sum, n) => sum + n, 0);
      const writeUnits = meter.total.writeUnits / count;
      return [
        {
          what: `${what}: together`,
          values: [each.reduce((sum, [, times]) => sum + times, 0)],
          unit: 'calls',
          atMost,
        },
        ...each.map(
          ([name, times]): Figure => ({ what: `${what}: ${name}`, values: [times], unit: '' }),
        ),
        { what: `${what}: transactions lost`, values: [lost], unit: `of ${count}`, atMost: 0 },
        { what: `${what}: write units with counters and events`, values: [writeUnits], unit: '' },
      ];
    };
    try {
      const upload = await measure('HTTP', max.upload, throughApi);
      const drop = await measure('drop', max.drop, async (_, bytes) => {
        await client.drop(`holiday/${randomUUID()}.jpg`, Buffer.from(bytes), 'image/jpeg');
      });
      return {
        title: 'Calls of the SDK',
        how:
          `Calls of all functions for one 12-megapixel JPEG, a mean of ${count}, counted by a proxy ` +
          `between functions and emulators; ${clientsAtOnce} clients, two workers of each kind, ` +
          'captions off. ReceiveMessage and DeleteMessage are of the event source (of AWS, when ' +
          'deployed) and not counted, nor is project-changes, which works on all changes of a ' +
          'second together. ' +
          'Lost transactions and write units are counted by the embedded DynamoDB.',
        figures: [...upload, ...drop],
      };
    } finally {
      await stack.stop();
    }
  },
};

type Send = (stack: BenchStack, photo: Uint8Array<ArrayBuffer>) => Promise<void>;

const throughApi: Send = async ({ requestData }, photo) => {
  const form = new FormData();
  form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
  await requestData('/api/images', { method: 'POST', body: form });
};

const Stats = z.looseObject({ done: z.int(), failed: z.int() });
const Meter = z.object({
  total: z.object({ writeUnits: z.number() }),
  cancelledTransactions: z.record(z.string(), z.int()),
});

/** `PutObject derived` and how often, whichever function it was. */
const countByName = (times: Record<string, Record<string, number>>): Map<string, number> => {
  const all = new Map<string, number>();
  for (const calls of Object.values(times))
    for (const [name, count] of Object.entries(calls)) all.set(name, (all.get(name) ?? 0) + count);
  return all;
};

/** Calls of project-changes, of schedules, and of this benchmark's own requests while it waits. */
const isOther = (name: string): boolean =>
  /counters|events|webhooks|^Query|^BatchGet|^GetQueueAttributes|object-created/.test(name);
