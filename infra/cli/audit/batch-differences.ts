import { failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import { countRow } from '#lib/batches/row.ts';
import type { StoredBatch, StoredRecords } from './stored-records.ts';

type Records = Pick<StoredRecords, 'batches' | 'rows' | 'derived'>;

/**
 * A batch that has ended says what its rows add up to and has its results; every row and every file
 * belongs to a batch. (Counters of batches: counter-differences.ts.)
 */
export const batchDifferences = (stored: Records): string[] => {
  const { batches, rows, derived } = stored;
  const known = new Set(batches.map(({ requestId }) => requestId));
  const strayRows = rows
    .filter(({ requestId }) => !known.has(requestId))
    .map(({ requestId, part }) => `${part} of ${requestId} belongs to no batch.`);
  const strayFiles = [...derived]
    .filter((key) => key.startsWith('batches/') && !known.has(key.split('/')[1] ?? ''))
    .map((key) => `The file ${key} belongs to no batch.`);
  return [
    ...strayRows,
    ...strayFiles,
    ...batches.flatMap((batch) => [
      ...countDifferences(batch, stored),
      ...missingResults(batch, stored),
    ]),
  ];
};

const countDifferences = ({ requestId, work }: StoredBatch, { rows }: Records): string[] => {
  if (work.state !== 'ended') return [];
  const expected = { products: 0, images: 0, failed: 0, cancelled: 0 };
  for (const { row } of rows.filter((one) => one.requestId === requestId)) {
    const { products, images, failed, cancelled = 0 } = countRow(row);
    expected.products += products;
    expected.images += images;
    expected.failed += failed;
    expected.cancelled += cancelled;
  }
  return (['products', 'images', 'failed', 'cancelled'] as const)
    .filter((name) => (work.counts[name] ?? 0) !== expected[name])
    .map(
      (name) =>
        `The batch ${requestId} ended with ${work.counts[name] ?? 0} ${name}; ` +
        `its rows add up to ${expected[name]}.`,
    );
};

const missingResults = ({ requestId, work }: StoredBatch, { derived }: Records): string[] =>
  work.state === 'ended'
    ? [resultsKey(requestId), failedRowsKey(requestId)]
        .filter((key) => !derived.has(key))
        .map((key) => `The batch ${requestId} has ended, and its ${key} is missing.`)
    : [];
