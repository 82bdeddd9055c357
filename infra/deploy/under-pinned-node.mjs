// The first plugin of serverless.yml. The others are TypeScript, which Node reads by itself from
// version 24 on: under an older one the whole command is started again with the Node that package.json
// pins, and ends with its exit code. So `npx serverless package` works whatever Node is installed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  const launcher = fileURLToPath(new URL('../with-node.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [launcher, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

// osls requires a plugin class; there is nothing more to do.
export default class UnderPinnedNode {}
