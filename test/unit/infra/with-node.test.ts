import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventually } from '#test/support/eventually.ts';

const launcher = fileURLToPath(new URL('../../../infra/with-node.mjs', import.meta.url));
const launch = (script: string, ...flags: string[]) => {
  const child = spawn(process.execPath, [launcher, ...flags, '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return { child, ended: once(child, 'close'), output: () => text };
};
const forever = 'console.log(process.pid); setInterval(() => {}, 1000);';
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const pidIn = (output: () => string) =>
  eventually(() => {
    expect(output()).toMatch(/^\d+\n$/);
    return Number(output());
  });

describe('the launcher of the pinned Node', () => {
  it('runs the Node of the Lambda runtime, and passes flags on to it', async () => {
    const { ended, output } = launch(
      'console.log(process.versions.node.split(".")[0] >= 24, process.execArgv.includes("--no-deprecation"))',
      '--no-deprecation',
    );

    await ended;
    expect(output()).toBe('true true\n');
  });

  it('ends with the code of its command', async () => {
    expect(await launch('process.exit(7)').ended).toEqual([7, null]);
  });

  it('ends by the signal that ended its command', async () => {
    expect(await launch('process.kill(process.pid, "SIGKILL")').ended).toEqual([null, 'SIGKILL']);
  });

  it('passes on a signal, and waits for what the command makes of it', async () => {
    const script = `process.on('SIGTERM', () => process.exit(3)); ${forever}`;
    const { child, ended, output } = launch(script);
    await pidIn(output);

    child.kill('SIGTERM');

    expect(await ended).toEqual([3, null]);
  });

  it('takes its command along when whoever started it is killed', async () => {
    const script = `require('node:child_process').spawn(process.execPath,
      [${JSON.stringify(launcher)}, '-e', ${JSON.stringify(forever)}], { stdio: 'inherit' });`;
    const parent = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    parent.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    const pid = await pidIn(() => text);

    parent.kill('SIGKILL');

    await eventually(() => expect(isAlive(pid)).toBe(false));
  });
});
