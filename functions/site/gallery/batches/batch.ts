import type { z } from 'zod';
import type { BatchDetailsView, BatchView, CsvCheckView } from '#lib/http/batch-view.ts';

/** Without products in a list; with a page of them when requested by id. */
export type Batch = BatchView & { products?: Product[] };
export type Product = z.infer<typeof BatchDetailsView>['products'][number];
export type ProductImage = Product['images'][number];
export type CsvCheck = z.infer<typeof CsvCheckView>;
export type CsvError = CsvCheck['errors'][number];

export const hasEnded = ({ status }: Pick<Batch, 'status'>): boolean =>
  status !== 'pending' && status !== 'processing';

export const outcomes = ['all', 'failed', 'cancelled', 'unfinished', 'completed'] as const;
export type Outcome = (typeof outcomes)[number];

const fits = ({ status }: ProductImage, outcome: Outcome): boolean => {
  if (outcome === 'all') return true;
  if (outcome === 'unfinished') return status === 'pending' || status === 'processing';
  return status === outcome;
};

/** The products with pictures of this outcome, and only those; those with failures come first. */
export const selectOutcome = (products: readonly Product[], outcome: Outcome): Product[] => {
  const failures = ({ images }: Product) =>
    Number(images.some(({ status }) => status === 'failed'));
  return products
    .map((product) => ({
      ...product,
      images: product.images.filter((each) => fits(each, outcome)),
    }))
    .filter(({ images }) => outcome === 'all' || images.length > 0)
    .toSorted((one, other) => failures(other) - failures(one));
};

/** `completed_with_errors` as text. */
export const statusText = (status: string): string => status.replaceAll('_', ' ');
