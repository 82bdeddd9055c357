import { makeThreeFiles, measureCpuMs } from '../support/bare-sharp.ts';
import { startBenchStack, startOrigin } from '../support/bench-stack.ts';
import { drawnPhoto } from '../support/photo.ts';
import { measureUsage, watchMemory } from '../support/process-tree.ts';
import { megabytes, type Part } from '../support/report.ts';

const max = 1.6;
const lengths = { short: { rounds: 2, rows: 10 }, full: { rounds: 4, rows: 50 } };
const warmUpRows = 8;
const bareRuns = 12;

/** CPU of the whole embedded stack for a row of one photo, which makes three files. */
export const batchRows: Part = {
  name: 'batch-rows',
  run: async (length) => {
    const { rounds, rows } = lengths[length];
    const origin = await startOrigin();
    const stack = await startBenchStack(origin.env).catch(async (error: unknown) => {
      await origin.stop();
      throw error;
    });
    const memory = watchMemory(stack.pid);
    const run = async (round: string, count: number) => {
      const urls = Array.from(
        { length: count },
        (_, at) => `${origin.url}/photo/${round}-${at}.jpg`,
      );
      const requestId = await stack.startBatch(urls);
      const batch = await stack.until(requestId, ({ status }) => !unfinished.includes(status));
      if (batch.status !== 'completed') throw new Error(`The batch ended as ${batch.status}.`);
    };
    try {
      const photo = await drawnPhoto();
      await run('warm', warmUpRows);
      await makeThreeFiles(photo);
      const bare: number[] = [];
      const row: number[] = [];
      const perSecond: number[] = [];
      for (let round = 1; round <= rounds; round++) {
        bare.push(await measureCpuMs(() => makeThreeFiles(photo), bareRuns));
        const before = { cpuMs: measureUsage(stack.pid).cpuMs, at: performance.now() };
        await run(String(round), rows);
        row.push((measureUsage(stack.pid).cpuMs - before.cpuMs) / rows);
        perSecond.push((rows * 1000) / (performance.now() - before.at));
      }
      const peakMb = memory.stop().rssBytes / 1e6;
      const against = { what: 'bare sharp', values: bare, atMost: max };
      return {
        title: 'Batch rows',
        how:
          'CPU of every process of the embedded stack for one row with one 12-megapixel JPEG of ' +
          `${megabytes(origin.photoBytes)}: small, medium and optimized, fetched by URL.`,
        figures: [
          { what: 'bare sharp, the same three files', values: bare, unit: 'ms CPU' },
          { what: 'a row', values: row, unit: 'ms CPU', against },
          { what: 'rows', values: perSecond, unit: 'per second' },
          { what: 'peak memory', values: [peakMb], unit: 'MB' },
        ],
      };
    } finally {
      memory.stop();
      await stack.stop();
      await origin.stop();
    }
  },
};

const unfinished: readonly string[] = ['pending', 'processing'];
