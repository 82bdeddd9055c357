import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { measureUsage } from '../support/process-tree.ts';
import { type Figure, median, type Part } from '../support/report.ts';
import { seedStore } from '../support/seed-store.ts';

const few = 100;
const lengths = {
  short: { sizes: [10_000], rounds: 3, requests: 40 },
  full: { sizes: [10_000, 1_000_000], rounds: 7, requests: 50 },
};
const max = 1.3;
const list = '/api/images?limit=50';
const paths = [list, `${list}&sort=taken`, '/api/stats'];
const env = { CAPTION_PROVIDER: 'none' };

/** What a page and the counters cost, however many pictures there are: two stacks, asked alternately. */
export const lists: Part = {
  name: 'lists',
  run: async (length) => {
    const { sizes, rounds, requests } = lengths[length];
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-lists-'));
    const seeded = (size: number) => join(folder, String(size));
    const figures: Figure[] = [];
    try {
      for (const size of [few, ...sizes]) await seed(seeded(size), size);
      const small = await startOn(seeded(few), few);
      try {
        for (const size of sizes) {
          const large = await startOn(seeded(size), size);
          try {
            for (const path of paths) {
              const rows = await inTurns(path, [small, large], { rounds, requests });
              figures.push(...toFigures(path, size, rows, size === sizes.at(-1)));
            }
          } finally {
            await large.stop();
          }
        }
      } finally {
        await small.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return {
      title: 'Lists and counters',
      how:
        'The median time of a request by HTTP, and the CPU of every process of its stack, with ' +
        `so many records that are done; beside a second stack with ${few}, request by request.`,
      figures,
    };
  },
};

/** The first start of a stack makes the tables. */
const seed = async (dataDir: string, size: number): Promise<void> => {
  const empty = await startEmbeddedStack({ dataDir, env });
  await empty.stop();
  await seedStore(dataDir, size);
};

const startOn = async (dataDir: string, size: number): Promise<EmbeddedStack> => {
  const stack = await startEmbeddedStack({ dataDir, env });
  try {
    await check(stack, size);
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
};

const Page = z.object({ data: z.array(z.unknown()).length(50) });

/** What was seeded is what is listed and counted. */
const check = async ({ baseUrl }: EmbeddedStack, size: number): Promise<void> => {
  const [page, taken, stats] = await Promise.all(
    paths.map(async (path) => (await fetch(`${baseUrl}${path}`)).json()),
  );
  Page.parse(page);
  Page.parse(taken);
  z.object({ data: z.object({ total: z.literal(size), done: z.literal(size) }) }).parse(stats);
};

type Row = { p50: number; cpu: number };
type Repeats = { rounds: number; requests: number };

/** Sends each stack one request in turn, `requests` times; a row for each round and stack. */
const inTurns = async (
  path: string,
  stacks: readonly EmbeddedStack[],
  { rounds, requests }: Repeats,
): Promise<Row[][]> => {
  const timeRequest = async ({ baseUrl }: EmbeddedStack): Promise<number> => {
    const startedAt = performance.now();
    const response = await fetch(`${baseUrl}${path}`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
    return performance.now() - startedAt;
  };
  const round = async (): Promise<Row[]> => {
    const before = stacks.map(readCpuMs);
    const times: number[][] = stacks.map(() => []);
    const turns = [...stacks.entries()];
    for (let nth = 0; nth < requests; nth++) {
      for (const [at, stack] of turns) times[at]?.push(await timeRequest(stack));
      turns.reverse(); // the second request finds the caches as the first one left them
    }
    return stacks.map((stack, at) => ({
      p50: median(times[at] ?? []),
      cpu: (readCpuMs(stack) - (before[at] ?? 0)) / requests,
    }));
  };

  for (let warm = 0; warm < 3; warm++) await round();
  const rows: Row[][] = [];
  for (let nth = 0; nth < rounds; nth++) rows.push(await round());
  return rows;
};

const readCpuMs = (stack: EmbeddedStack): number => {
  const pid = stack.pids()?.pid;
  if (!pid) throw new Error('The stack did not report its process id.');
  return measureUsage(pid).cpuMs;
};

const toFigures = (
  path: string,
  size: number,
  rows: readonly Row[][],
  isLargest: boolean,
): Figure[] => {
  const of = (at: number, name: keyof Row) => rows.map((row) => row[at]?.[name] ?? Number.NaN);
  const what = `GET ${path} with ${size.toLocaleString('en')}`;
  const beside = `with ${few}`;
  return [
    {
      what,
      values: of(1, 'p50'),
      unit: 'ms',
      against: { what: beside, values: of(0, 'p50'), ...(isLargest && { atMost: max }) },
    },
    {
      what,
      values: of(1, 'cpu'),
      unit: 'ms CPU',
      against: { what: beside, values: of(0, 'cpu') },
    },
  ];
};
