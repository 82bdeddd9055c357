import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { explainError } from '#infra/cli/main.ts';

type Ended = { code: number; stdout: string; stderr: string };

/** A port that nothing listens on. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = Object(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
};

let ports: Record<string, string>;
beforeAll(async () => {
  const names = ['PORT', 'S3_PORT', 'SQS_PORT', 'DYNAMODB_PORT'];
  ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, `${await closedPort()}`] as const)),
  );
});

const run = async (command: string, ...args: string[]): Promise<Ended> => {
  const all = [`infra/cli/${command}.ts`, ...args, '--settings', 'none'];
  const env = { PATH: process.env['PATH'], DATA_DIR: '.not-there', ...ports };
  return promisify(execFile)(process.execPath, all, { env })
    .then((ended) => ({ ...ended, code: 0 }))
    .catch((error: Ended) => error);
};

describe.each(['audit', 'redrive', 'logs', 'batch'])('npm run %s', (command) => {
  it('ends with 2 and one sentence when nothing runs', async () => {
    const args = command === 'batch' ? ['package.json', '--timeout', '0'] : [];

    const { code, stdout, stderr } = await run(command, ...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^.*(ECONNREFUSED|There is no log in ).*\n$/);
  });

  it('ends with 2 and names an option that it does not have', async () => {
    const { code, stdout, stderr } = await run(command, '--bogus');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("'--bogus'");
    expect(stderr).toContain(`npm run ${command} -- --help`);
  });

  it('prints its options and exit codes for --help', async () => {
    const { code, stdout, stderr } = await run(command, '--help');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`npm run ${command}`);
    expect(stdout).toContain('Exit code: 0');
  });
});

describe('an error of an SDK client', () => {
  const named = (name: string, message = 'prose of the SDK') =>
    Object.assign(new Error(message), { name });

  it.each([
    [named('ResourceNotFoundException'), 'The stage has no such table or queue.'],
    [named('QueueDoesNotExist'), 'The stage has no such table or queue.'],
    [named('AccessDeniedException'), 'do not allow it (AccessDeniedException)'],
    [named('CredentialsProviderError'), 'There are no AWS credentials'],
    [named('Error', 'Region is missing'), 'AWS_REGION is not set'],
  ])('%s is explained by what can be done about it', (error, sentence) => {
    expect(explainError(error)).toContain(sentence);
  });
});

it('npm run logs ends quietly when its reader does, as in `| head`', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'logs'));
  const line = { level: 'INFO', message: 'x'.repeat(200), timestamp: '2026-11-30T00:00:00.000Z' };
  const lines = `${JSON.stringify(line)}\n`.repeat(5000); // more than a pipe holds
  writeFileSync(join(folder, 'logs', 'darkroom.log'), lines);

  const env = { PATH: process.env['PATH'], DATA_DIR: folder };
  const args = ['infra/cli/logs.ts', '--settings', 'none'];
  const logs = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  logs.stderr.on('data', (text) => {
    stderr += text;
  });
  logs.stdout.once('data', () => logs.stdout.destroy());
  const [code] = await once(logs, 'close');

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
