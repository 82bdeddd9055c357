import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { makeThumbnailPair, measureCpuMs } from '../support/bare-sharp.ts';
import { type BenchStack, startBenchStack } from '../support/bench-stack.ts';
import { drawnPhoto, withComment } from '../support/photo.ts';
import { measureCpuByThread, measureUsage, watchMemory } from '../support/process-tree.ts';
import { type Figure, median, type Part } from '../support/report.ts';

const max = { throughApi: 2.6, presigned: 2.3, peakMb: 700 };
const minShownMs = 0.5; // of a thread
const sizes = {
  short: { warmUp: 20, rounds: 3, pictures: 10, many: 60 },
  full: { warmUp: 40, rounds: 5, pictures: 40, many: 200 },
};

/** CPU of every process of the embedded stack for one picture, from its upload to its end. */
export const pipeline: Part = {
  name: 'pipeline',
  run: async (length) => {
    const { warmUp, rounds, pictures, many } = sizes[length];
    const photo = await drawnPhoto();
    const stack = await startBenchStack();
    const { requestData, pid } = stack;

    const finished = async () => Stats.parse(await requestData('/api/stats'));
    /** Looks four times a second, so that looking costs next to nothing. */
    const until = async (count: number) => {
      for (;;) {
        const stats = await finished();
        if (stats.failed > 0) throw new Error(`${stats.failed} pictures failed.`);
        if (stats.done >= count) return;
        await wait(1000);
      }
    };
    let sent = 0;
    const pass = async (count: number, send: Send) => {
      for (let nth = 0; nth < count; nth++) await send(stack, withComment(photo, randomUUID()));
      sent += count;
      await until(sent);
    };
    const cpuPer = async (count: number, send: Send) => {
      const before = measureUsage(pid).cpuMs;
      await pass(count, send);
      return (measureUsage(pid).cpuMs - before) / count;
    };

    const threads = new Map<string, number[]>();
    const values = { bare: [], api: [], presigned: [] } as Record<string, number[]>;
    try {
      const cold = await cpuPer(warmUp, throughApi);
      await pass(Math.ceil(warmUp / 2), presigned);
      await measureCpuMs(() => makeThumbnailPair(photo), 5);
      for (let round = 0; round < rounds; round++) {
        values['bare']?.push(await measureCpuMs(() => makeThumbnailPair(photo), pictures));
        const before = measureCpuByThread(pid);
        values['api']?.push(await cpuPer(pictures, throughApi));
        for (const [name, cpuMs] of measureCpuByThread(pid))
          threads.set(name, [
            ...(threads.get(name) ?? []),
            (cpuMs - (before.get(name) ?? 0)) / pictures,
          ]);
        values['presigned']?.push(await cpuPer(pictures, presigned));
      }
      const idle = measureUsage(pid).rssBytes;
      const memory = watchMemory(pid);
      await pass(many, throughApi);
      const peak = memory.stop();
      const bare = values['bare'] ?? [];
      const against = (atMost?: number) => ({
        what: 'bare sharp',
        values: bare,
        ...(atMost !== undefined && { atMost }),
      });
      const cpu = 'ms CPU';
      const figures: Figure[] = [
        { what: 'bare sharp, 800 and 200 px', values: bare, unit: cpu },
        { what: `through the API, first ${warmUp}`, values: [cold], unit: cpu, against: against() },
        {
          what: 'through the API',
          values: values['api'] ?? [],
          unit: cpu,
          against: against(max.throughApi),
        },
        {
          what: 'presigned upload',
          values: values['presigned'] ?? [],
          unit: cpu,
          against: against(max.presigned),
        },
        ...[...threads]
          .filter(([, spent]) => median(spent) >= minShownMs)
          .map(([name, spent]) => ({ what: `of it: ${name}`, values: spent, unit: cpu })),
        { what: 'memory after them', values: [idle / 1e6], unit: 'MB' },
        {
          what: `peak memory while ${many} pass`,
          values: [peak.rssBytes / 1e6],
          unit: 'MB',
          atMost: max.peakMb,
        },
      ];
      return {
        title: 'The whole pipeline',
        how:
          'CPU of every process of the embedded stack for one 12-megapixel JPEG of ' +
          `${(photo.length / 1e6).toFixed(1)} MB, one client, captions off.`,
        figures,
      };
    } finally {
      await stack.stop();
    }
  },
};

type Send = (stack: BenchStack, photo: Uint8Array<ArrayBuffer>) => Promise<void>;

const Stats = z.looseObject({ done: z.int(), failed: z.int() });

const throughApi: Send = async ({ requestData }, photo) => {
  const form = new FormData();
  form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
  await requestData('/api/images', { method: 'POST', body: form });
};

const presigned: Send = async ({ presignPost }, photo) => {
  const { url, fields } = await presignPost(photo.length);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
  const response = await fetch(url, { method: 'POST', body: form });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
};
