import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildContext, type BuildOptions, build, context, type Plugin, stop } from 'esbuild';
import { prebuiltBundles } from '#functions/site/pages/browser-bundles.ts';

/** A function of serverless.yml has no file. */
export class HandlerMissingError extends Error {
  override readonly name = 'HandlerMissingError';
}

/** `functions/images/get-image.handler` → `functions/images/get-image`. */
export const modulePath = (handler: string): string => handler.replace(/\.[^./]+$/, '');

// CommonJS packages inside an ES module still require() Node's own modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module';" +
  'const require = __createRequire(import.meta.url);';

/** Scripts and styles of the pages are bundled now, or esbuild would be needed at run time. */
const finishedPages: Plugin = {
  name: 'finished-pages',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]functions[\\/]site[\\/]pages[\\/]browser-bundles\.ts$/ }, async () => ({
      contents: await prebuiltBundles(),
      loader: 'js',
    }));
  },
};

/** zod has messages in fifty languages, all of which would be parsed at each cold start. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
      resolveDir: dirname(path),
    }));
  },
};

/** undici's index also loads fetch, caches, proxies and mocks; only requests are made here. */
const requestsOnly: Plugin = {
  name: 'requests-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]undici[\\/]index\.js$/ }, ({ path }) => ({
      contents: `
        Object.assign(require('./lib/dispatcher/dispatcher').prototype, require('./lib/api'));
        exports.Agent = require('./lib/dispatcher/agent');
        exports.buildConnector = require('./lib/core/connect');
        exports.errors = require('./lib/core/errors');`,
      loader: 'js',
      resolveDir: dirname(path),
    }));
  },
};

/**
 * esbuild's options for functions, wherever they run: one ES module `<module>.mjs` for each handler.
 * Throws a HandlerMissingError.
 */
export const bundleOptions = (handlers: readonly string[], project: string) => {
  const modules = [...new Set(handlers.map(modulePath))];
  for (const module of modules) {
    if (existsSync(join(project, `${module}.ts`))) continue;
    throw new HandlerMissingError(
      `serverless.yml names a handler in ${module}.ts, which is not there.`,
    );
  }
  return {
    absWorkingDir: project,
    entryPoints: modules.map((module) => ({ in: `${module}.ts`, out: module })),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'], // or the SDK's CommonJS builds come along, twice the size
    banner: { js: banner },
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [finishedPages, englishOnly, requestsOnly],
    logLevel: 'silent', // the error that is thrown has the same text
  } satisfies BuildOptions;
};

/**
 * sharp is native and stays outside. The bundle may be in any folder, so sharp is imported by its
 * path in the project's node_modules.
 */
const externalSharp = (project: string): Plugin => ({
  name: 'external-sharp',
  setup: ({ onResolve }) => {
    const require = createRequire(join(project, 'package.json'));
    onResolve({ filter: /^sharp$/ }, () => ({
      path: pathToFileURL(require.resolve('sharp')).href,
      external: true,
    }));
  },
});

/** libheif is loaded from its own files when it is first needed, likewise by its path. */
const externalLibheif = (project: string): Plugin => ({
  name: 'external-libheif',
  setup: ({ onLoad }) => {
    const place = pathToFileURL(join(project, 'package.json')).href;
    onLoad({ filter: /[\\/]lib[\\/]media[\\/]heif[\\/]libheif-place\.ts$/ }, () => ({
      contents: `export const libheifPlace = ${JSON.stringify(place)};`,
      loader: 'js',
    }));
  },
});

/** `<outFolder>/<module>.mjs` for each, and chunks for what they share. */
const localOptions = (handlers: readonly string[], { project, outFolder }: Target) => {
  const options = bundleOptions(handlers, project);
  return {
    ...options,
    outdir: outFolder,
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    plugins: [...options.plugins, externalSharp(project), externalLibheif(project)],
  } satisfies BuildOptions;
};

type Target = { project: string; outFolder: string };

/**
 * Bundles the modules of these handlers for running here: `<outFolder>/<module>.mjs` for each, and
 * chunks for what they share, so that in one process they share clients and caches too. Throws a
 * HandlerMissingError, or esbuild's own error, which names file and line.
 */
export const bundleFunctions = async (
  handlers: readonly string[],
  target: Target,
): Promise<void> => {
  rmSync(target.outFolder, { recursive: true, force: true });
  await build(localOptions(handlers, target));
  await stop(); // esbuild's own process would stay
};

/**
 * Bundles again and again, as bundleFunctions does, and reads only the files that have changed since.
 * The folders must lie beside each other. esbuild's own process stays until this one ends.
 */
export const openBundler = (project: string) => {
  let opened: { context: BuildContext<{ write: false }>; outdir: string } | undefined;
  return async (handlers: readonly string[], outFolder: string): Promise<void> => {
    opened ??= {
      context: await context({ ...localOptions(handlers, { project, outFolder }), write: false }),
      outdir: outFolder,
    };
    const { outputFiles } = await opened.context.rebuild();
    for (const { path, contents } of outputFiles) {
      const file = join(outFolder, relative(opened.outdir, path));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, contents);
    }
  };
};
