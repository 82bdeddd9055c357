import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asMissing, type CommandTools } from '#infra/cli/run-command.ts';
import { cacheFolder } from './cache-folder.ts';

/**
 * Exactly what a folder's package-lock.json names, installed once outside the project and reused while
 * the lock file stays the same: these packages want versions of others that the project does not have.
 * Answers the `node_modules` folder. Throws ToolMissingError where they cannot be installed.
 */
export const nodePackages = async (
  tools: Pick<CommandTools, 'run' | 'step'>,
  manifests: string,
): Promise<string> => {
  const lock = readFileSync(join(manifests, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const name = basename(manifests);
  const folder = join(cacheFolder(), 'node', name);
  const stamp = join(folder, 'installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      cpSync(join(manifests, file), join(folder, file));
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
    await tools
      .step(`installing the packages of ${name}`, () =>
        tools.run('npm', args, { cwd: folder, quiet: true, timeoutMs: 600_000 }),
      )
      .catch(asMissing(`The packages of ${name} could not be installed.`));
    writeFileSync(stamp, wanted);
  }
  return join(folder, 'node_modules');
};
