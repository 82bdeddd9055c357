import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { freePorts, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { drawnPhoto, withComment } from '../support/photo.ts';
import { measureUsage } from '../support/process-tree.ts';
import type { Part } from '../support/report.ts';

const maxMs = 4000;
const lengths = { short: { pictures: 5, rounds: 3 }, full: { pictures: 30, rounds: 7 } };
const givenUpMs = 60_000;
const idleMs = 3000; // until what the start needed is collected

/** How long one waits for `npm start`, on what an earlier one left, and on nothing. */
export const startUp: Part = {
  name: 'start-up',
  run: async (length) => {
    const { pictures, rounds } = lengths[length];
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-start-'));
    const existing: Start[] = [];
    const fresh: Start[] = [];
    try {
      const used = join(folder, 'used');
      await fill(used, pictures);
      for (let round = 0; round < rounds; round++) {
        existing.push(await start(used));
        fresh.push(await start(join(folder, `fresh-${round}`)));
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const healthy = `npm start to healthy, ${pictures} pictures`;
    return {
      title: 'Start',
      how: 'From starting its program until GET /api/health answers 200, and what it takes idle.',
      figures: [
        { what: healthy, values: existing.map(({ ms }) => ms), unit: 'ms', atMost: maxMs },
        { what: healthy, values: existing.map(({ cpuMs }) => cpuMs), unit: 'ms CPU' },
        { what: 'with a fresh folder', values: fresh.map(({ ms }) => ms), unit: 'ms' },
        { what: 'memory idle', values: existing.map(({ rssBytes }) => rssBytes / 1e6), unit: 'MB' },
      ],
    };
  },
};

const Stats = z.object({ data: z.object({ done: z.int(), failed: z.int() }) });

/** Fills a data folder with pictures that are done. */
const fill = async (dataDir: string, pictures: number): Promise<void> => {
  const stack = await startEmbeddedStack({ dataDir, env: { CAPTION_PROVIDER: 'none' } });
  try {
    const photo = await drawnPhoto();
    for (let nth = 0; nth < pictures; nth++) {
      const form = new FormData();
      form.append('file', new Blob([withComment(photo, `${nth}`)]), 'photo.jpg');
      await fetch(`${stack.baseUrl}/api/images`, { method: 'POST', body: form });
    }
    for (;;) {
      const response = await fetch(`${stack.baseUrl}/api/stats`);
      const { done, failed } = Stats.parse(await response.json()).data;
      if (failed > 0) throw new Error(`${failed} pictures failed.`);
      if (done === pictures) return;
      await wait(100);
    }
  } finally {
    await stack.stop();
  }
};

type Start = { ms: number; cpuMs: number; rssBytes: number };

const Manifest = z.object({ scripts: z.object({ start: z.string().startsWith('node ') }) });

/** What `npm start` runs, without npm, which takes what it takes. */
const start = async (dataDir: string): Promise<Start> => {
  const { scripts } = Manifest.parse(JSON.parse(await readFile(resolve('package.json'), 'utf8')));
  const [port, s3Port, sqsPort, dynamodbPort] = await freePorts(4);
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [...scripts.start.split(' ').slice(1), '--settings', 'none'],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        ...(TMPDIR && { TMPDIR }),
        CAPTION_PROVIDER: 'none',
        DATA_DIR: dataDir,
        PORT: String(port),
        S3_PORT: String(s3Port),
        SQS_PORT: String(sqsPort),
        DYNAMODB_PORT: String(dynamodbPort),
      },
    },
  );
  const { pid = 0 } = child;
  const kill = () => void (pid && child.exitCode === null && process.kill(-pid, 'SIGKILL'));
  process.once('exit', kill);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const gone = once(child, 'close');
  try {
    while (!(await isHealthy(`http://127.0.0.1:${port}/api/health`))) {
      const ms = performance.now() - startedAt;
      if (child.exitCode !== null || ms > givenUpMs)
        throw new Error(`Darkroom is not healthy after ${ms.toFixed(0)} ms:\n${said}`);
      await wait(10);
    }
    const ms = performance.now() - startedAt;
    const { cpuMs } = measureUsage(pid);
    await wait(idleMs);
    return { ms, cpuMs, rssBytes: measureUsage(pid).rssBytes };
  } finally {
    process.off('exit', kill);
    child.kill('SIGTERM');
    await gone;
  }
};

const isHealthy = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
};
