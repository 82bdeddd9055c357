import type { z } from 'zod';
import type { BatchDetailsView, BatchView, CsvCheckView } from '#lib/http/batch-view.ts';

/** In a list without its products; by itself with a page of them. */
export type Batch = BatchView & { products?: Product[] };
export type Product = z.infer<typeof BatchDetailsView>['products'][number];
export type ProductImage = Product['images'][number];
export type CsvCheck = z.infer<typeof CsvCheckView>;
export type Fault = CsvCheck['errors'][number];

export const hasEnded = ({ status }: Pick<Batch, 'status'>): boolean =>
  status === 'completed' || status === 'completed_with_errors' || status === 'failed';

/** `completed_with_errors` in words. */
export const statusWords = (status: string): string => status.replaceAll('_', ' ');
