import { Problem } from '#lib/problem.ts';
import { type PageFile, type PageName, readAsset, readPage } from './assets.ts';
import { securityHeaders } from './security-headers.ts';

/** A file with its security headers. */
export type Shown = PageFile & { headers: Record<string, string> };

/** The gallery, which may connect to `store`, or the asset called `name`. */
export const showFile = async (
  name: string | undefined,
  { store }: { store?: () => Promise<string> } = {},
): Promise<Shown> => {
  if (name === undefined) return showPage('gallery', await store?.());
  const asset = await readAsset(name);
  if (!asset)
    throw new Problem(
      'asset_not_found',
      'There is no such file. The pages are /, /docs and /redoc.',
    );
  return { ...asset, headers: {} };
};

/** Swagger UI, or ReDoc where the path ends with its name. */
export const showDocs = (pathname: string): Promise<Shown> =>
  showPage(/\/redoc\/?$/.test(pathname) ? 'redoc' : 'docs');

const showPage = async (name: PageName, store?: string): Promise<Shown> => ({
  ...(await readPage(name)),
  headers: securityHeaders(name, store),
});
