import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '#test/suites/cache-folder.ts';
import { startForked } from './forked.ts';

const version = '3.1.1';
const Started = z.object({ url: z.url(), pid: z.int() });

/** Installs ipx once, outside the project: it is for comparison, and not a dependency. */
const installedIpx = (): string => {
  const folder = join(cacheFolder(), `ipx-${version}`);
  if (existsSync(join(folder, 'node_modules/ipx/package.json'))) return folder;
  const args = ['install', '--no-audit', '--no-fund', '--prefix', folder, `ipx@${version}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) throw new Error(`ipx could not be installed: ${stderr}`);
  return folder;
};

/** ipx in its own process, serving one photo from a folder. */
export const startIpx = async (photo: Uint8Array) => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-ipx-'));
  writeFileSync(join(folder, 'photo.jpg'), photo);
  const { started, stop } = await startForked('ipx-process', installedIpx(), folder);
  const { url, pid } = Started.parse(started);
  return {
    pid,
    /** `w_800,f_webp,q_80` */
    get: async (modifiers: string): Promise<number> => {
      const response = await fetch(`${url}/${modifiers}/photo.jpg`);
      if (!response.ok) throw new Error(`ipx answered ${response.status}.`);
      return (await response.arrayBuffer()).byteLength;
    },
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
