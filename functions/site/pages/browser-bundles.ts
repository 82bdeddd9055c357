import { fileURLToPath } from 'node:url';

/** What is made for the browser, by the name it is served under, from the project's folder. */
export const browserBundles = {
  'gallery.js': 'functions/site/gallery/main.ts',
  'gallery.css': 'functions/site/gallery/look/gallery.css',
  'docs.css': 'functions/site/gallery/look/docs.css',
  'redoc.css': 'functions/site/gallery/look/redoc.css',
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
      out: name.replace(/\.[^.]+$/, `.${name}`), // two of one name, a script and a style, may meet
    })),
    outdir: '.',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox125', 'safari17.5'], // the first that know light-dark()
    legalComments: 'none',
    logLevel: 'silent', // the error that is thrown says it all
  });
  const texts = names.map((name) => {
    const file = outputFiles.find(({ path }) => path.includes(`.${name}.`));
    return [name, file?.text ?? ''];
  });
  return Object.fromEntries(texts);
};

let built: Promise<Record<BrowserBundle, string>> | undefined;

/**
 * Scripts and styles as the browser gets them. From source, as in the tests, they are made when
 * they are first asked for; in the bundle of a function infra/deploy/bundle.ts has put the finished texts
 * in the place of this module, and esbuild is not there.
 */
export const readBrowserBundles = (): Promise<Record<BrowserBundle, string>> => {
  built ??= build();
  return built;
};

/** A module that answers as this one does, without esbuild: what infra/deploy/bundle.ts puts in its place. */
export const finishedBundles = async (): Promise<string> =>
  `const bundles = ${JSON.stringify(await build())};
export const readBrowserBundles = async () => bundles;`;
