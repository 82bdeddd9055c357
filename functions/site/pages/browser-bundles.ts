import { fileURLToPath } from 'node:url';

/** Entry points of the browser bundles by the name they are served under, relative to the project. */
export const browserBundles = {
  'gallery.js': 'functions/site/gallery/main.ts',
  'gallery.css': 'functions/site/gallery/styles/gallery.css',
  'docs.css': 'functions/site/gallery/styles/docs.css',
  'redoc.css': 'functions/site/gallery/styles/redoc.css',
} as const;
export type BrowserBundle = keyof typeof browserBundles;

const project = fileURLToPath(new URL('../../..', import.meta.url));

const build = async (): Promise<Record<BrowserBundle, string>> => {
  const esbuild = await import('esbuild');
  const names = Object.keys(browserBundles);
  const { outputFiles } = await esbuild.build({
    absWorkingDir: project,
    entryPoints: Object.entries(browserBundles).map(([name, source]) => ({
      in: source,
      out: name.replace(/\.[^.]+$/, `.${name}`), // a script and a style may have the same base name
    })),
    outdir: '.',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox125', 'safari17.5'], // the first that know light-dark()
    legalComments: 'none',
    logLevel: 'silent', // the thrown error has the messages
  });
  const texts = names.map((name) => {
    const file = outputFiles.find(({ path }) => path.includes(`.${name}.`));
    return [name, file?.text ?? ''];
  });
  return Object.fromEntries(texts);
};

let built: Promise<Record<BrowserBundle, string>> | undefined;

/**
 * Scripts and styles for the browser. From source, as in the tests, they are built when
 * they are first requested; in the bundle of a function infra/deploy/bundle.ts has put the built texts
 * in place of this module, since esbuild is not deployed.
 */
export const readBrowserBundles = (): Promise<Record<BrowserBundle, string>> => {
  built ??= build();
  return built;
};

/** The source of a module with the same export but without esbuild, for infra/deploy/bundle.ts. */
export const prebuiltBundles = async (): Promise<string> =>
  `const bundles = ${JSON.stringify(await build())};
export const readBrowserBundles = async () => bundles;`;
