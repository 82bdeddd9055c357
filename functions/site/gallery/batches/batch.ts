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

/** `completed_with_errors` as text. */
export const statusText = (status: string): string => status.replaceAll('_', ' ');
