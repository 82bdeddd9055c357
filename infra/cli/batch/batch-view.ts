import { z } from 'zod';

/** The fields that are read of `GET /api/batches/{request_id}`. */
export const BatchView = z.object({
  request_id: z.string(),
  status: z.enum([
    'pending',
    'processing',
    'completed',
    'completed_with_errors',
    'failed',
    'cancelled',
  ]),
  message: z.string().nullish(),
  progress: z.object({
    total_images: z.number(),
    processed_images: z.number(),
    failed_images: z.number(),
    cancelled_images: z.number().optional(),
  }),
  errors: z
    .array(z.object({ row: z.number(), column: z.string().nullable(), message: z.string() }))
    .default([]),
});
export type BatchView = z.infer<typeof BatchView>;

/** One product of it, with the outcome of each URL. */
export const ProductView = z.object({
  serial_number: z.string(),
  product_name: z.string(),
  images: z.array(
    z.object({ input_url: z.string(), status: z.string(), error: z.string().nullable() }),
  ),
});
export type ProductView = z.infer<typeof ProductView>;

/** Size and errors of a CSV: the response to a dry run, and to a CSV that is refused. */
export const CsvCheckView = z.object({
  valid: z.boolean(),
  total_products: z.number(),
  total_images: z.number(),
  errors: BatchView.shape.errors,
  more_errors: z.number().default(0),
});
export type CsvCheckView = z.infer<typeof CsvCheckView>;

export const hasEnded = ({ status }: BatchView): boolean =>
  status !== 'pending' && status !== 'processing';
