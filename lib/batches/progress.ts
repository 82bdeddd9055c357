import { z } from 'zod';
import type { Objects } from '#lib/images/objects.ts';
import { type Batch, csvErrorsKey, type RowCounts } from './batch.ts';
import type { Rows } from './batches.ts';
import type { CsvErrors } from './csv/csv-errors.ts';

/** How many rows of a batch have ended; the final counts where the batch has. */
export const countBatch = async (
  { requestId, work }: Batch,
  { rows }: { rows: Rows },
): Promise<RowCounts> => {
  if (work.state === 'ended') return work.counts;
  return work.state === 'refused' ? { products: 0, images: 0, failed: 0 } : rows.counts(requestId);
};

/** Percent with two decimals, rounded down, so that 100 means all; 0 of nothing. */
export const percentage = (part: number, whole: number): number =>
  whole ? Math.floor((part / whole) * 10_000) / 100 : 0;

const StoredCsvErrors = z.object({
  faults: z.array(z.object({ row: z.int(), column: z.string().nullable(), message: z.string() })),
  more: z.int(),
});

/** The errors of a fetched CSV; undefined where there are none. */
export const findCsvErrors = async (
  { requestId, work }: Batch,
  { derived }: { derived: Objects },
): Promise<CsvErrors | undefined> => {
  if (work.state !== 'refused') return undefined;
  const stored = await derived.read(csvErrorsKey(requestId));
  return stored && StoredCsvErrors.parse(JSON.parse(Buffer.from(stored).toString()));
};
