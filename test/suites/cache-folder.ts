import { homedir } from 'node:os';
import { join } from 'node:path';

/** The cache of downloads between runs; outside the project, as it is large. */
export const cacheFolder = (): string =>
  process.env['DARKROOM_CACHE'] ||
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'darkroom');
