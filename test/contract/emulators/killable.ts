import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** An empty folder that goes when the test has ended. */
export const someFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** dying-dynamodb kills itself in its first transaction, when one of the writes is done. */
type Kind = 'dynamodb' | 'dying-dynamodb' | 's3' | 'sqs';

/** An emulator in a process that can be killed with SIGKILL, as a crash would. */
export const startKillable = async (kind: Kind, folder: string) => {
  const script = fileURLToPath(new URL('./emulator-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, kind, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url: String(url), kill };
};
