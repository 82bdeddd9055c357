import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { build, type Plugin, stop } from 'esbuild';
import { bundleOptions, modulePath } from '#infra/deploy/bundle.ts';
import type { Files } from './zip.ts';

export type LambdaBundle = {
  /** The module of the handler and its source map. */
  files: Files;
  needsSharp: boolean;
  /** It decodes HEIC. */
  needsLibheif: boolean;
  /** It reads the files of functions/site/pages/assets.ts. */
  needsPages: boolean;
};

/**
 * Maps each file of a package to its own first line, so that a stack trace still names the file.
 * Mapped line by line, packages are nine tenths of a map, and reading it costs a cold start 35 ms.
 */
const packagesByFileOnly: Plugin = {
  name: 'packages-by-file-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
      const map = { version: 3, sources: [basename(path)], mappings: 'AAAA' };
      const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
      const source = await readFile(path, 'utf8');
      return {
        contents: `${source}\n//# sourceMappingURL=data:application/json;base64,${encoded}`,
        loader: 'js',
      };
    });
  },
};

/**
 * One bundle for each handler, with everything but sharp, which is native, and libheif, which stays
 * replaceable. Names are not minified, so that stack traces can be read; no path of this machine is
 * in it. Throws a HandlerMissingError, or esbuild's own error.
 */
export const bundleForLambda = async (
  handlers: readonly string[],
  project: string,
): Promise<Map<string, LambdaBundle>> => {
  const options = bundleOptions(handlers, project);
  const { outputFiles, metafile } = await build({
    ...options,
    outdir: '.',
    write: false,
    metafile: true,
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    preserveSymlinks: true, // a linked node_modules, too, is named by its place in the project
    external: ['sharp'],
    plugins: [...options.plugins, packagesByFileOnly],
  });
  await stop(); // esbuild's own process would stay

  const written = new Map(
    outputFiles.map(({ path, contents }) => [
      relative(project, path).replaceAll(sep, '/'),
      contents,
    ]),
  );
  return new Map(
    handlers.map((handler) => {
      const path = `${modulePath(handler)}.mjs`;
      const output = metafile.outputs[path];
      const files = [path, `${path}.map`].map((name): [string, Uint8Array] => {
        const contents = written.get(name);
        if (!contents) throw new Error(`esbuild made no ${name}.`);
        return [name, contents];
      });
      return [
        handler,
        {
          files: new Map(files),
          needsSharp: output?.imports.some((one) => one.external && one.path === 'sharp') ?? false,
          needsPages: Object.keys(output?.inputs ?? {}).includes(
            join('functions', 'site', 'pages', 'assets.ts'),
          ),
          needsLibheif: Object.keys(output?.inputs ?? {}).includes(
            join('lib', 'media', 'heif', 'libheif.ts'),
          ),
        },
      ];
    }),
  );
};
