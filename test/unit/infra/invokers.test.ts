import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LocalFunction } from '#infra/local-cloud/lambda/invoke.ts';
import { forked } from '#infra/local-cloud/lambda/invoke-forked.ts';
import { inProcess } from '#infra/local-cloud/lambda/invoke-in-process.ts';
import { eventually } from '#test/support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'darkroom-invoke-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const modulePath = join(folder, 'work.mjs');
writeFileSync(
  modulePath,
  `export const handler = async (event, context) => {
     if (event.fail) throw new Error('the lens cracked');
     if (event.forever) await new Promise((resolve) => setTimeout(resolve, 60_000));
     return {
       pid: process.pid, name: context.functionName, left: context.getRemainingTimeInMillis(),
       id: context.awsRequestId, setting: process.env.SETTING,
     };
   };`,
);
const aFunction = (more: Partial<LocalFunction> = {}): LocalFunction => ({
  key: 'work',
  name: 'darkroom-dev-work',
  modulePath,
  exportName: 'handler',
  timeoutSeconds: 5,
  memoryMb: 512,
  environment: { SETTING: 'mine' },
  ...more,
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a function in this process', () => {
  it('gets a context like that of Lambda', async () => {
    expect(await inProcess(aFunction(), 'us-east-1').invoke({})).toMatchObject({
      name: 'darkroom-dev-work',
      left: expect.any(Number),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('fails after its timeout', async () => {
    const invoker = inProcess(aFunction({ timeoutSeconds: 0.05 }), 'us-east-1');

    await expect(invoker.invoke({ forever: true })).rejects.toThrow(
      'work did not end within its timeout of 0.05 s.',
    );
  });

  it('is reported missing before the first call', async () => {
    const invoker = inProcess(aFunction({ exportName: 'main' }), 'us-east-1');

    await expect(invoker.warm()).rejects.toThrow('does not export a function named main');
  });
});

describe('a function in a process of its own', () => {
  const pids = new Set<number>();
  const known = { add: (pid: number) => pids.add(pid), remove: (pid: number) => pids.delete(pid) };
  const start = (more: Partial<LocalFunction> = {}) => forked(aFunction(more), 'us-east-1', known);
  /** Throws where there is none: 0 would be the process group of the test runner itself. */
  const newest = (): number => {
    const pid = [...pids].at(-1);
    if (!pid) throw new Error('No process has begun.');
    return pid;
  };

  it('runs with its own environment, and is reused', async () => {
    const invoker = start();

    const first = await invoker.invoke({});
    const second = await invoker.invoke({});

    expect(first).toMatchObject({ name: 'darkroom-dev-work', setting: 'mine' });
    const [pid] = pids;
    expect(pid).not.toBe(process.pid);
    expect([first, second]).toEqual([
      expect.objectContaining({ pid }),
      expect.objectContaining({ pid }),
    ]);
    await invoker.stop();
    expect(pids.size).toBe(0);
  });

  it('reports its error, and can be called again', async () => {
    const invoker = start();

    await expect(invoker.invoke({ fail: true })).rejects.toThrow('the lens cracked');
    await expect(invoker.invoke({})).resolves.toMatchObject({ setting: 'mine' });
    await invoker.stop();
  });

  it('is killed after its timeout, and the next call gets a new process', async () => {
    const invoker = start({ timeoutSeconds: 2 });
    await invoker.warm();
    const pid = newest();

    await expect(invoker.invoke({ forever: true })).rejects.toThrow('timeout of 2 s');

    await eventually(() => expect(isAlive(pid)).toBe(false));
    await expect(invoker.invoke({})).resolves.not.toMatchObject({ pid });
    await invoker.stop();
  });

  it('fails its call when the process is killed', async () => {
    const invoker = start();
    await invoker.warm();
    const pid = newest();

    const call = invoker.invoke({ forever: true });
    process.kill(pid, 'SIGKILL');

    await expect(call).rejects.toThrow('work ended in the middle of its work (SIGKILL).');
    await invoker.stop();
  });
});
