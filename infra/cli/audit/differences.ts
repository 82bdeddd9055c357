import type { Size } from '#lib/images/picture.ts';
import { batchDifferences } from './batch-differences.ts';
import { counterDifferences } from './counter-differences.ts';
import { listDifferences } from './list-differences.ts';
import { objectDifferences } from './object-differences.ts';
import { renditionSetDifferences } from './rendition-set-differences.ts';
import type { StoredRecords } from './stored-records.ts';
import { variantDifferences } from './variant-differences.ts';

/**
 * Where what is kept beside the records of the images is not what follows from them; one sentence
 * each. Work in progress is no difference, as far as the records tell of it.
 */
export const findDifferences = (kept: StoredRecords, sizes: readonly Size[]): string[] => [
  ...counterDifferences(kept),
  ...renditionSetDifferences(kept),
  ...objectDifferences(kept, sizes),
  ...listDifferences(kept),
  ...batchDifferences(kept),
  ...variantDifferences(kept),
];
