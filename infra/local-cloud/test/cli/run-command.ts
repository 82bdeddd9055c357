import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/local-cloud.mjs', import.meta.url));

/** A folder with a template in it; the command runs there. */
export const newProject = (template: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'local-cloud-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'template.yml'), template);
  return folder;
};

/** `before` is code that runs in the launcher's process before the launcher. */
const spawnCommand = (folder: string, args: readonly string[], before = '') => {
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(before)}`];
  const { AWS_REGION: _, AWS_SECRET_ACCESS_KEY: __, ...env } = process.env;
  const child = spawn(process.execPath, [...preload, bin, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
};

/** Runs the command until it ends by itself. */
export const runCommand = async (folder: string, args: readonly string[], before = '') => {
  const child = spawnCommand(folder, args, before);
  const ended = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code: Number(code), stdout, stderr };
};

export const anyPorts = ['--s3-port', '0', '--sqs-port', '0', '--dynamodb-port', '0'];

/** Starts the command, and gives what it says once it is ready. Rejects with what it complains of. */
export const startCommand = async (folder: string, args: readonly string[] = anyPorts) => {
  const child = spawnCommand(folder, ['template.yml', ...args]);
  const complaints = text(child.stderr);
  let banner = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    banner += String(chunk);
    if (banner.includes('Ctrl-C')) break;
  }
  if (!banner.includes('Ctrl-C')) throw new Error(await complaints);
  child.stdout.resume();
  const buildUrl = (service: string) =>
    new RegExp(`AWS_ENDPOINT_URL_${service}=(\\S+)`).exec(banner)?.[1] ?? '';
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = await ended;
    return { code, complaints: await complaints };
  };
  const urls = { s3: buildUrl('S3'), sqs: buildUrl('SQS'), dynamodb: buildUrl('DYNAMODB') };
  return { banner, urls, end };
};
