import { Batch, isUnfinished, type RowCounts } from '#lib/batches/batch.ts';
import type { Batches, Rows, VersionedBatch, VersionedRow } from '#lib/batches/batches.ts';
import { countRow, Row } from '#lib/batches/row.ts';

/** Nothing that is cancelled is ever opened again; where nothing is, there is no such counter. */
const add = (sum: number | undefined, now: number | undefined, old: number | undefined) => {
  const cancelled = (sum ?? 0) + (now ?? 0) - (old ?? 0);
  return cancelled ? { cancelled } : {};
};

/** Batches and their rows, with the behaviour of the DynamoDB adapters. */
export const inMemoryBatches = (): { batches: Batches; rows: Rows } => {
  const heads = new Map<string, VersionedBatch>();
  const rowsByBatch = new Map<string, Map<number, VersionedRow>>();
  const counts = new Map<string, RowCounts>();

  const position = ({ createdAt, requestId }: Batch) => `${createdAt}#${requestId}`;
  const listed = () =>
    [...heads.values()]
      .map(({ batch }) => structuredClone(batch))
      .sort((a, b) => (position(a) < position(b) ? 1 : -1));
  const rowsIn = (requestId: string) => {
    const known = rowsByBatch.get(requestId) ?? new Map<number, VersionedRow>();
    rowsByBatch.set(requestId, known);
    return known;
  };
  const countsFor = (requestId: string): RowCounts =>
    counts.get(requestId) ?? { products: 0, images: 0, failed: 0 };

  return {
    batches: {
      find: async (requestId) => structuredClone(heads.get(requestId)),
      async save(before, after) {
        await undefined; // concurrent calls run here, as during a request
        if (heads.get(after.requestId)?.version !== before?.version) return false;
        const batch = Batch.parse(structuredClone(after));
        heads.set(after.requestId, { batch, version: (before?.version ?? 0) + 1 });
        return true;
      },
      async list({ limit, after }) {
        const found = listed().filter((batch) => !after || position(batch) < after);
        const batches = found.slice(0, limit);
        const last = found.length > limit ? batches.at(-1) : undefined;
        return { batches, cursor: last && position(last) };
      },
      async *unfinished(before) {
        yield* listed().filter(
          (batch) => isUnfinished(batch) && batch.createdAt < before.toISOString(),
        );
      },
    },

    rows: {
      async add(requestId, rows) {
        const known = rowsIn(requestId);
        for (const row of rows)
          if (!known.has(row.number))
            known.set(row.number, { row: Row.parse(structuredClone(row)), version: 1 });
      },
      find: async (requestId, number) => structuredClone(rowsIn(requestId).get(number)),
      async save(requestId, before, after) {
        await undefined;
        if (rowsIn(requestId).get(after.number)?.version !== before.version) return false;
        const old = countRow(before.row);
        const now = countRow(after);
        const sum = countsFor(requestId);
        counts.set(requestId, {
          products: sum.products + now.products - old.products,
          images: sum.images + now.images - old.images,
          failed: sum.failed + now.failed - old.failed,
          ...add(sum.cancelled, now.cancelled, old.cancelled),
        });
        const row = Row.parse(structuredClone(after));
        rowsIn(requestId).set(after.number, { row, version: before.version + 1 });
        return true;
      },
      counts: async (requestId) => ({ ...countsFor(requestId) }),
      page: async (requestId, { limit, after }) => {
        const found = [...rowsIn(requestId).values()]
          .map(({ row }) => structuredClone(row))
          .filter(({ number }) => number > after)
          .sort((a, b) => a.number - b.number);
        const rows = found.slice(0, limit);
        return { rows, next: found.length > limit ? rows.at(-1)?.number : undefined };
      },
    },
  };
};
