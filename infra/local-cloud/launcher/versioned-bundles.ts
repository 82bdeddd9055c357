import { mkdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { buildVariable } from '../host/host-messages.ts';

type Bundle = (handlers: readonly string[], outFolder: string) => Promise<void>;

const toModulePath = (handler: string) => `${handler.replace(/\.[^./]+$/, '')}.mjs`;
const toExportName = (handler: string) => handler.split('.').at(-1) ?? 'handler';

/**
 * Bundles of functions in versions: what the host loads are modules that pass each call on to the
 * version that counts, so that it can be exchanged while everything runs. (What Node has once
 * imported it never forgets; so each version lies in a folder of its own.)
 */
export const versionedBundles = (outFolder: string, bundle: Bundle) => {
  rmSync(outFolder, { recursive: true, force: true });
  let version = 0;
  return {
    /** Where the newest version lies. Rejects with the bundler's error, and leaves the others alone. */
    build: async (handlers: readonly string[]): Promise<string> => {
      version++;
      const folder = join(outFolder, `v${version}`);
      await bundle(handlers, folder);
      // The previous version may still be running, and load a part of it later.
      rmSync(join(outFolder, `v${version - 2}`), { recursive: true, force: true });
      return folder;
    },
    writeEntries: (handlers: readonly string[]): void => {
      for (const handler of handlers) {
        const module = toModulePath(handler);
        const file = join(outFolder, module);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(
          file,
          `import { pathToFileURL } from 'node:url';
const current = () => import(pathToFileURL(process.env['${buildVariable}']).href + ${JSON.stringify(`/${module}`)});
await current(); // or its error shows at the first call only
export const ${toExportName(handler)} = async (...given) => (await current()).${toExportName(handler)}(...given);
`,
        );
      }
    },
  };
};

export const listModules = (handlers: readonly string[]): string[] => [
  ...new Set(handlers.map(toModulePath)),
];

const quietMs = 60; // an editor writes a file in several steps

/** Calls with the names of the files that have changed, a moment after the last one. */
export const watchFolders = (
  project: string,
  folders: readonly string[],
  onChange: (files: string[]) => void,
): { stop(): Promise<void> } => {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watchers = folders.map((folder) =>
    watch(join(project, folder), { recursive: true }, (_, name) => {
      if (name === null || /(^|[\\/])\.|~$/.test(name)) return; // an editor's own
      changed.add(relative(project, join(project, folder, name)));
      clearTimeout(timer);
      timer = setTimeout(() => {
        const files = [...changed];
        changed.clear();
        onChange(files);
      }, quietMs);
    }),
  );
  return {
    stop: async () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
};
