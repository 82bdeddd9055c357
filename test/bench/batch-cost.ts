import { makeThreeFiles } from './support/bare-sharp.ts';
import { startBenchStack, type startOrigin } from './support/bench-stack.ts';
import { drawnPhoto } from './support/photo.ts';
import { usageOf, watchMemory } from './support/process-tree.ts';
import { megabytes, say } from './support/report.ts';

type Origin = Awaited<ReturnType<typeof startOrigin>>;

const target = 1.6;
const warmUpRows = 8;
const bareRuns = 12; // per round

/**
 * CPU of the whole embedded stack per row of one 12-megapixel photo, against bare sharp making the
 * same three files. Rounds of both take turns, so that a busy machine is busy for both.
 */
export const compareRows = async (
  { rows, rounds }: { rows: number; rounds: number },
  origin: Origin,
): Promise<void> => {
  const stack = await startBenchStack(origin.url);
  const memory = watchMemory(stack.pid);
  try {
    const photo = await drawnPhoto();
    const perRound = Math.ceil(rows / rounds);
    const urlsOf = (round: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${origin.url}/photo/${round}-${at}.jpg`);
    const run = async (urls: readonly string[]) => {
      const requestId = await stack.startBatch(urls);
      const batch = await stack.until(requestId, ({ status }) => !unfinished.includes(status));
      if (batch.status !== 'completed') throw new Error(`The batch ended as ${batch.status}.`);
    };
    await run(urlsOf('warm', warmUpRows));
    await makeThreeFiles(photo);

    say(`${rows} rows of a 12-megapixel JPEG of ${megabytes(origin.photoBytes)}:`);
    const ratios: number[] = [];
    let seconds = 0;
    for (let round = 1; round <= rounds; round++) {
      const bareMs = await cpuOfBareSharp(photo);
      const begun = { cpuMs: usageOf(stack.pid).cpuMs, at: performance.now() };
      await run(urlsOf(String(round), perRound));
      const rowMs = (usageOf(stack.pid).cpuMs - begun.cpuMs) / perRound;
      const took = (performance.now() - begun.at) / 1000;
      seconds += took;
      ratios.push(rowMs / bareMs);
      say(
        `  round ${round}: ${rowMs.toFixed(0)} ms of CPU a row, bare sharp ${bareMs.toFixed(0)} ms: ` +
          `${(rowMs / bareMs).toFixed(2)} ×; ${(perRound / took).toFixed(2)} rows/s`,
      );
    }
    const peak = memory.stop();
    say(
      `  in all ${mean(ratios).toFixed(2)} × (target ≤ ${target}), ` +
        `${((perRound * rounds) / seconds).toFixed(2)} rows/s, peak memory ${megabytes(peak.rssBytes)}`,
    );
  } finally {
    memory.stop();
    await stack.stop();
  }
};

const unfinished: readonly string[] = ['pending', 'processing'];

const cpuOfBareSharp = async (photo: Uint8Array): Promise<number> => {
  const before = process.cpuUsage();
  for (let run = 0; run < bareRuns; run++) await makeThreeFiles(photo);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / bareRuns;
};

const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
