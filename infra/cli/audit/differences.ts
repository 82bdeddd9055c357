import type { Size } from '#lib/images/picture.ts';
import { batchDifferences } from './batch-differences.ts';
import { contentDifferences } from './rendition-set-differences.ts';
import type { Kept } from './stored-records.ts';
import { objectDifferences } from './object-differences.ts';
import { placeDifferences } from './list-differences.ts';
import { tallyDifferences } from './counter-differences.ts';

/**
 * Where what is kept beside the records of the images is not what follows from them; one sentence
 * each. Work in progress is no difference, as far as the records tell of it.
 */
export const differencesIn = (kept: Kept, sizes: readonly Size[]): string[] => [
  ...tallyDifferences(kept),
  ...contentDifferences(kept),
  ...objectDifferences(kept, sizes),
  ...placeDifferences(kept),
  ...batchDifferences(kept),
];
