import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '#test/support/eventually.ts';

const launcher = fileURLToPath(new URL('../../../infra/with-node.mjs', import.meta.url));
const launch = (script: string, ...flags: string[]) => launchAfter('', script, ...flags);
/** The launcher in a process where this code was run before. */
const launchAfter = (code: string, script: string, ...flags: string[]) => {
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
  const child = spawn(process.execPath, [...preload, launcher, ...flags, '-e', script], {
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

const starting = (command: string, ...args: string[]) =>
  `require('node:child_process').spawn(${JSON.stringify(command)}, ${JSON.stringify(args)},
    { stdio: 'inherit' });`;
const launching = starting(process.execPath, launcher, '-e', forever);
const start = (script: string, env: NodeJS.ProcessEnv = process.env) => {
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return { child, output: () => text };
};

/** A shell, npm in it, and what npm starts: the launcher itself, or a shell of its own. */
const startNpm = async (command: string, ...args: string[]) => {
  const npm = `console.log('npm', process.pid); ${starting(command, ...args)}`;
  const { child, output } = start(starting(process.execPath, '-e', npm), {
    ...process.env,
    npm_lifecycle_event: 'start',
    npm_lifecycle_script: args.at(-1),
  });
  const numberIn = (pattern: RegExp) =>
    eventually(() => {
      expect(output()).toMatch(pattern);
      return Number(pattern.exec(output())?.[1]);
    });
  const npmPid = await numberIn(/^npm (\d+)$/m);
  const endNpm = () => isAlive(npmPid) && process.kill(npmPid, 'SIGKILL');
  onTestFinished(() => void endNpm());
  return { shell: child, endNpm, pid: await numberIn(/^(\d+)$/m) };
};

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

  it('passes on a signal, and waits until the command has handled it', async () => {
    const script = `process.on('SIGTERM', () => process.exit(3)); ${forever}`;
    const { child, ended, output } = launch(script);
    await pidIn(output);

    child.kill('SIGTERM');

    expect(await ended).toEqual([3, null]);
  });

  it('leaves Ctrl-C to the command on Windows, where the console signals both', async () => {
    const asOnWindows = `Object.defineProperty(process, 'platform', { value: 'win32' });
      process.on('SIGINT', () => setImmediate(() => console.log('the launcher has the signal')));`;
    const script = `process.on('SIGINT', () => console.log('the command has the signal'));
      process.on('SIGTERM', () => process.exit(3)); ${forever}`;
    const { child, ended, output } = launchAfter(asOnWindows, script);
    const pid = await pidIn(output);

    child.kill('SIGINT');
    await eventually(() => expect(output()).toContain('the launcher has the signal'));
    process.kill(pid, 'SIGTERM');

    expect(await ended).toEqual([3, null]);
    expect(output()).not.toContain('the command has the signal');
  });

  it('ends its command when its parent process is killed', async () => {
    const { child, output } = start(launching);
    const pid = await pidIn(output);

    child.kill('SIGKILL');

    await eventually(() => expect(isAlive(pid)).toBe(false));
  });

  it('ends its command when npm is killed, whose shell would wait', async () => {
    const command = `'${process.execPath}' '${launcher}' -e '${forever}'`;
    const script = `exec 2>&1; ${command}; exit $?`; // after the last command some do not wait
    const { endNpm, pid } = await startNpm('sh', '-c', script);

    endNpm();

    await eventually(() => expect(isAlive(pid)).toBe(false));
  });

  it('ends with npm whose shell became the launcher, not with what started npm', async () => {
    const { shell, endNpm, pid } = await startNpm(process.execPath, launcher, '-e', forever);

    shell.kill('SIGKILL');
    // A launcher that begins only now has noticed the same: so the other one has looked as well.
    const later = start(launching);
    const laterPid = await pidIn(later.output);
    later.child.kill('SIGKILL');
    await eventually(() => expect(isAlive(laterPid)).toBe(false));

    expect(isAlive(pid)).toBe(true);
    endNpm();
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });
});
