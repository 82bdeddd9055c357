import { notFound } from '#lib/not-found.ts';
import { updateWithRetry } from '#lib/update-with-retry.ts';
import type { Batch } from './batch.ts';
import type { Batches, Rows, VersionedBatch, VersionedRow } from './batches.ts';
import type { Row } from './row.ts';

/**
 * Updates a batch with an optimistic lock; `decide` returns undefined to leave it. Returns the batch as
 * it then is, undefined where there is none.
 */
export const updateBatch = async (
  requestId: string,
  decide: (batch: Batch) => Batch | undefined,
  { batches, now }: { batches: Batches; now: () => Date },
): Promise<{ batch: Batch | undefined; changed: boolean }> => {
  const { before, after } = await updateWithRetry<VersionedBatch, Batch>({
    name: `Batch ${requestId}`,
    read: () => batches.find(requestId),
    decide: (known) => {
      const decided = known && decide(known.batch);
      return decided && { ...decided, updatedAt: now().toISOString() };
    },
    save: (known, batch) => batches.save(known, batch),
  });
  return { batch: after ?? before?.batch, changed: after !== undefined };
};

/** Updates a row in the same way. */
export const updateRow = async (
  { requestId, number }: { requestId: string; number: number },
  decide: (row: Row) => Row | undefined,
  { rows }: { rows: Rows },
): Promise<{ row: Row | undefined; changed: boolean }> => {
  const { before, after } = await updateWithRetry<VersionedRow, Row>({
    name: `Row ${number} of batch ${requestId}`,
    read: () => rows.find(requestId, number),
    decide: (known) => known && decide(known.row),
    save: async (known, row) => known !== undefined && rows.save(requestId, known, row),
  });
  return { row: after ?? before?.row, changed: after !== undefined };
};

/** Finds a batch. Throws a Problem where there is none. */
export const findBatch = async (
  requestId: string,
  { batches }: { batches: Batches },
): Promise<Batch> => {
  const known = await batches.find(requestId);
  if (!known) throw notFound('batch_not_found');
  return known.batch;
};
