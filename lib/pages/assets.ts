import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Source = {
  /** From the directory the process runs in; a Lambda's package keeps the same paths. */
  from: string;
  type: string;
  /** Words to leave out, with what stands there instead. */
  swap?: readonly [string, string];
};

const html = 'text/html; charset=utf-8';
const css = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

const swagger = 'node_modules/swagger-ui-dist';

/** The whole pages, by name. */
const pages = {
  welcome: { from: 'lib/pages/welcome.html', type: html },
  docs: { from: 'lib/pages/docs.html', type: html },
  redoc: { from: 'lib/pages/redoc.html', type: html },
} satisfies Record<string, Source>;
export type PageName = keyof typeof pages;

/** What is served below /assets/: nothing but these, whatever a path looks like. */
const assets = new Map<string, Source>([
  ['welcome.css', { from: 'lib/pages/welcome.css', type: css }],
  ['welcome.js', { from: 'lib/pages/welcome.js', type: script }],
  ['docs.js', { from: 'lib/pages/docs.js', type: script }],
  ['redoc.css', { from: 'lib/pages/redoc.css', type: css }],
  ['redoc.js', { from: 'lib/pages/redoc.js', type: script }],
  ['swagger-ui.css', { from: `${swagger}/swagger-ui.css`, type: css }],
  ['swagger-ui-bundle.js', { from: `${swagger}/swagger-ui-bundle.js`, type: script }],
  ['favicon-32x32.png', { from: `${swagger}/favicon-32x32.png`, type: 'image/png' }],
  [
    'redoc.standalone.js',
    {
      from: 'node_modules/redoc/bundles/redoc.standalone.js',
      type: script,
      // The one picture it would fetch from another host; where it cannot load, it is left out.
      swap: ['https://cdn.redoc.ly/redoc/logo-mini.svg', 'data:,'],
    },
  ],
]);

/** Every file that the pages need: what a package of the front door must contain. */
export const pageFiles: readonly string[] = [...Object.values(pages), ...assets.values()].map(
  ({ from }) => from,
);

export type PageFile = { bytes: Buffer; type: string };

export const readPage = (name: PageName): Promise<PageFile> => read(pages[name]);

/** Undefined for everything that is not on the list. */
export const readAsset = async (name: string): Promise<PageFile | undefined> => {
  const source = assets.get(name);
  return source && read(source);
};

/** Files do not change while we run, and the largest are asked for again and again. */
const known = new Map<string, Promise<PageFile>>();

const read = (source: Source): Promise<PageFile> => {
  const file = known.get(source.from) ?? load(source);
  known.set(source.from, file);
  // A failure is not kept: the next request tries again.
  file.catch(() => known.delete(source.from));
  return file;
};

const load = async ({ from, type, swap }: Source): Promise<PageFile> => {
  const bytes = await readFile(join(process.cwd(), from));
  return { type, bytes: swap ? Buffer.from(bytes.toString().replaceAll(...swap)) : bytes };
};
