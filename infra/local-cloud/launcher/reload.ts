import { type LogLine, logLine } from './log-line.ts';
import { listModules, type versionedBundles, watchFolders } from './versioned-bundles.ts';

type Tools = {
  project: string;
  folders: readonly string[];
  handlers: readonly string[];
  bundles: ReturnType<typeof versionedBundles>;
  /**
   * Has the host load a version; rejects where it cannot be loaded, and the last one stays active.
   */
  load: (folder: string, modules: string[]) => Promise<void>;
  log: (line: LogLine) => void;
};

/** Exchanges the functions whenever their files change; an error is shown, and changes nothing. */
export const reloadOnChange = ({ project, folders, handlers, bundles, load, log }: Tools) => {
  const say = (level: 'INFO' | 'ERROR', message: string, fields: object = {}) =>
    log(logLine(level, message, { function_name: 'dev', ...fields }));
  const reload = async (files: string[]): Promise<void> => {
    const startedAt = performance.now();
    try {
      await load(await bundles.build(handlers), listModules(handlers));
      const duration_ms = Math.round(performance.now() - startedAt);
      say('INFO', `reloaded after a change of ${files.join(', ')}`, { duration_ms });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say('ERROR', `not reloaded, the last version goes on: ${reason}`);
    }
  };
  let last = Promise.resolve(); // one at a time
  return watchFolders(project, folders, (files) => {
    const isTemplate = files.some((file) => /\.ya?ml$/.test(file));
    if (isTemplate) say('INFO', 'What serverless.yml names is read at the start: start again.');
    last = last.then(() => reload(files));
  });
};
