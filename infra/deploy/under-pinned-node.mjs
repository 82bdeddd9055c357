// The first plugin of serverless.yml. The others are TypeScript, which Node reads by itself from
// version 24 on: under an older one the whole command starts again under the Node that package.json
// pins, and the old one ends with it. So `npx serverless package` works whatever Node is installed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  const launcher = fileURLToPath(new URL('../with-node.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [launcher, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

// osls wants a plugin; this one has nothing more to do.
export default class UnderPinnedNode {}
