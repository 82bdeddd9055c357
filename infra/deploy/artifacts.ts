import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pageFiles } from '#functions/site/pages/assets.ts';
import { bundleForLambda } from './bundle-for-lambda.ts';
import { libheifForLambda } from './libheif-for-lambda.ts';
import { type Architecture, sharpForLambda } from './sharp-for-lambda.ts';
import { type Files, makeZip } from './zip.ts';

export type Packed = { handler: string; zipPath: string };

/** Makes the zip of each function, as Lambda takes it. Throws a HandlerMissingError. */
export const makeArtifacts = async (
  functions: readonly Packed[],
  { project, architecture }: { project: string; architecture: Architecture },
): Promise<void> => {
  const bundles = await bundleForLambda(
    functions.map(({ handler }) => handler),
    project,
  );
  let sharp: Files | undefined;
  let libheif: Files | undefined;
  let pages: Files | undefined;
  for (const { handler, zipPath } of functions) {
    const bundle = bundles.get(handler);
    if (!bundle) throw new Error(`esbuild made no bundle of ${handler}.`);
    if (bundle.needsSharp) sharp ??= sharpForLambda(project, architecture);
    if (bundle.needsLibheif) libheif ??= libheifForLambda(project);
    if (bundle.needsPages) pages ??= readPages(project);
    const files = new Map([
      ...bundle.files,
      ...((bundle.needsSharp && sharp) || []),
      ...((bundle.needsLibheif && libheif) || []),
      ...((bundle.needsPages && pages) || []),
    ]);
    mkdirSync(dirname(zipPath), { recursive: true });
    writeFileSync(zipPath, makeZip(files));
  }
};

/** The files of the pages, at the paths that functions/site/pages/assets.ts reads. */
const readPages = (project: string): Files =>
  new Map(pageFiles.map((path) => [path, readFileSync(join(project, path))]));
