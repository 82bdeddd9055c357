import { countRow } from '#lib/batches/row.ts';
import type { StoredRecords } from './stored-records.ts';

/** A batch that has ended says what its rows add up to. (Their tallies: tally-differences.ts.) */
export const batchDifferences = ({
  batches,
  rows,
}: Pick<StoredRecords, 'batches' | 'rows'>): string[] => {
  const known = new Set(batches.map(({ requestId }) => requestId));
  const stray = rows
    .filter(({ requestId }) => !known.has(requestId))
    .map(({ requestId, part }) => `${part} of ${requestId} belongs to no batch.`);
  const wrong = batches.flatMap(({ requestId, work }) => {
    if (work.state !== 'ended') return [];
    const sum = { products: 0, images: 0, failed: 0 };
    for (const { row } of rows.filter((one) => one.requestId === requestId)) {
      const { products, images, failed } = countRow(row);
      sum.products += products;
      sum.images += images;
      sum.failed += failed;
    }
    return (['products', 'images', 'failed'] as const)
      .filter((name) => work.counts[name] !== sum[name])
      .map(
        (name) =>
          `The batch ${requestId} ended with ${work.counts[name]} ${name}; ` +
          `its rows add up to ${sum[name]}.`,
      );
  });
  return [...stray, ...wrong];
};
