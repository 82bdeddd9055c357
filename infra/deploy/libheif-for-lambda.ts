import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from './zip.ts';

/** What Node loads, and the licences that go along: LGPL-3.0 §4 requires both, unchanged. */
const paths = [
  'package.json',
  'LICENSE',
  'libheif-wasm/LICENSE',
  'libheif-wasm/libheif.js',
  'libheif-wasm/libheif.wasm',
];

/**
 * libheif as WebAssembly, the same for each architecture, as files of their own that may
 * be replaced by another build. Empty where the optional package is not installed: HEIC then needs
 * to be `off`. Paths begin with `node_modules/`.
 */
export const libheifForLambda = (project: string): Files => {
  const folder = join(project, 'node_modules', 'libheif-js');
  if (!existsSync(folder)) return new Map();
  return new Map(
    paths.map((path) => [`node_modules/libheif-js/${path}`, readFileSync(join(folder, path))]),
  );
};
