import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '#test/suites/free-port.ts';
import { pythonPrograms } from '#test/suites/python.ts';

const app = fileURLToPath(new URL('../fastapi-service', import.meta.url));
const startsWithinMs = 30_000;

const tools = {
  step: <T>(_: string, work: () => Promise<T>) => work(),
  run: async (command: string, args: readonly string[]) => {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
    if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  },
};

/** The FastAPI service of ../fastapi-service in its own process. Throws ToolMissingError without a Python. */
export const startFastapiService = async () => {
  const programs = await pythonPrograms(tools, 'fastapi-service.txt');
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-fastapi-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['--app-dir', app, 'app:app', '--port', String(port), '--log-level', 'warning'];
  const env = { ...process.env, SERVICE_FOLDER: folder, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(join(programs, 'uvicorn'), args, { env, stdio: 'inherit' });
  const gone = once(child, 'exit');

  const stop = async () => {
    child.kill();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + startsWithinMs;
  while (!(await fetch(`${url}/api/stats`).catch(() => undefined))?.ok) {
    if (performance.now() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error('The FastAPI service did not start.');
    }
    await wait(100);
  }
  return { url, stop };
};
