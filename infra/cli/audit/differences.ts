import type { Size } from '#lib/images/picture.ts';
import { batchDifferences } from './batch-differences.ts';
import { counterDifferences } from './counter-differences.ts';
import { listDifferences } from './list-differences.ts';
import { objectDifferences } from './object-differences.ts';
import { renditionSetDifferences } from './rendition-set-differences.ts';
import type { StoredRecords } from './stored-records.ts';
import { variantDifferences } from './variant-differences.ts';

/**
 * Where counters, rendition sets, objects, lists and batches do not follow from the records; one
 * sentence each. Work in progress is no difference, as far as the records show it.
 */
export const findDifferences = (stored: StoredRecords, sizes: readonly Size[]): string[] => [
  ...counterDifferences(stored),
  ...renditionSetDifferences(stored),
  ...objectDifferences(stored, sizes),
  ...listDifferences(stored),
  ...batchDifferences(stored),
  ...variantDifferences(stored),
];
