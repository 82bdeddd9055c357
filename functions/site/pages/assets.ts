import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserBundle, readBrowserBundles } from './browser-bundles.ts';

type FileSource = {
  /** Relative to the working directory; a Lambda package has the same paths. */
  from: string;
  type: string;
  /** A text to replace, and its replacement. */
  replace?: readonly [string, string];
};
type BundleSource = { bundle: BrowserBundle; type: string };
type Source = FileSource | BundleSource;

const html = 'text/html; charset=utf-8';
const css = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

const swagger = 'node_modules/swagger-ui-dist';

/** HTML pages by name. */
const pages = {
  gallery: { from: 'functions/site/pages/gallery.html', type: html },
  docs: { from: 'functions/site/pages/docs.html', type: html },
  redoc: { from: 'functions/site/pages/redoc.html', type: html },
} satisfies Record<string, FileSource>;
export type PageName = keyof typeof pages;

/** Allow list of the files below /assets/. */
const assets = new Map<string, Source>([
  ['gallery.css', { bundle: 'gallery.css', type: css }],
  ['gallery.js', { bundle: 'gallery.js', type: script }],
  ['docs.css', { bundle: 'docs.css', type: css }],
  ['docs.js', { from: 'functions/site/pages/docs.js', type: script }],
  ['redoc.css', { bundle: 'redoc.css', type: css }],
  ['redoc.js', { from: 'functions/site/pages/redoc.js', type: script }],
  ['theme.js', { from: 'functions/site/pages/theme.js', type: script }],
  ['icon.svg', { from: 'functions/site/pages/icon.svg', type: 'image/svg+xml' }],
  ['swagger-ui.css', { from: `${swagger}/swagger-ui.css`, type: css }],
  ['swagger-ui-bundle.js', { from: `${swagger}/swagger-ui-bundle.js`, type: script }],
  [
    'redoc.standalone.js',
    {
      from: 'node_modules/redoc/bundles/redoc.standalone.js',
      type: script,
      // The one image it would load from another host.
      replace: ['https://cdn.redoc.ly/redoc/logo-mini.svg', 'data:,'],
    },
  ],
]);

/** Every file that the pages read: what the package of functions/site must contain. */
export const pageFiles: readonly string[] = [...Object.values(pages), ...assets.values()].flatMap(
  (source) => ('from' in source ? [source.from] : []),
);

export type PageFile = { bytes: Buffer; type: string };

export const readPage = (name: PageName): Promise<PageFile> => read(pages[name]);

/** Undefined for every name that is not on the list. */
export const readAsset = async (name: string): Promise<PageFile | undefined> => {
  const source = assets.get(name);
  return source && read(source);
};

/** Files do not change while the process runs, so each is read once. */
const known = new Map<string, Promise<PageFile>>();

const read = (source: Source): Promise<PageFile> => {
  const name = 'from' in source ? source.from : source.bundle;
  const file = known.get(name) ?? load(source);
  known.set(name, file);
  // A failure is not cached: the next request tries again.
  file.catch(() => known.delete(name));
  return file;
};

const load = async (source: Source): Promise<PageFile> => {
  const { type } = source;
  if ('bundle' in source)
    return { type, bytes: Buffer.from((await readBrowserBundles())[source.bundle]) };
  const bytes = await readFile(join(process.cwd(), source.from));
  const { replace: save } = source;
  return { type, bytes: save ? Buffer.from(bytes.toString().replaceAll(...save)) : bytes };
};
