import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const module = new URL('../launcher/collect-garbage.ts', import.meta.url).href;

// In a process of its own, for a fault here may be that it stands still.
const program = `
  import { collectGarbage } from '${module}';
  const used = () => process.memoryUsage().heapUsed / 1e6;
  globalThis.garbage = Array.from({ length: 300_000 }, (_, n) => ({ n }));
  delete globalThis.garbage;
  const before = used();
  collectGarbage(1);
  const look = setInterval(() => {
    if (used() > before - 5) return;
    clearInterval(look);
    setTimeout(() => console.log('went on'), 50);
  }, 10);
`;

it('what a start needed and no longer lives is collected, and the process goes on', async () => {
  const flags = ['--initial-heap-size=256', '--min-semi-space-size=16', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', program], {
    timeout: 20_000,
  });
  expect(stdout).toBe('went on\n');
});
