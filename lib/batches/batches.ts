import type { Batch, RowCounts } from './batch.ts';
import type { Row } from './row.ts';

/** As it was read, with its version for the optimistic lock. */
export type VersionedBatch = { batch: Batch; version: number };
export type VersionedRow = { row: Row; version: number };

/** The batches. */
export interface Batches {
  /** Strongly consistent. */
  find(requestId: string): Promise<VersionedBatch | undefined>;
  /** Writes `after` if the batch is still `before` (absent where undefined); `false` after a conflict. */
  save(before: VersionedBatch | undefined, after: Batch): Promise<boolean>;
  /** Newest first. A page may be short; `cursor` is where the next one begins. */
  list(query: {
    limit: number;
    after?: string | undefined;
  }): Promise<{ batches: Batch[]; cursor: string | undefined }>;
  /** Batches with something still to do, created before `before`. */
  unfinished(before: Date): AsyncIterable<Batch>;
}

/** The rows of batches, with their counters. */
export interface Rows {
  /** Adds those that do not exist yet; existing ones stay. */
  add(requestId: string, rows: readonly Row[]): Promise<void>;
  /** Strongly consistent. */
  find(requestId: string, number: number): Promise<VersionedRow | undefined>;
  /** Writes `after` if the row is still `before`, and adds the difference to the counters: together or not at all. */
  save(requestId: string, before: VersionedRow, after: Row): Promise<boolean>;
  /** The total of countRow over all rows of a batch, without reading them. */
  counts(requestId: string): Promise<RowCounts>;
  /**
   * In the order of the CSV, after the row of that number. A page may be short, where its rows are
   * large; `next` is the number after which the next one begins, undefined after the last.
   */
  page(
    requestId: string,
    query: { limit: number; after: number },
  ): Promise<{ rows: Row[]; next: number | undefined }>;
}

/** All rows of a batch in order, in pages; from the first, or after the row with the number `behind`. */
export const allRows = async function* (
  requestId: string,
  { rows }: { rows: Rows },
  behind = 0,
): AsyncGenerator<Row[]> {
  for (let after: number | undefined = behind; after !== undefined; ) {
    const page: Awaited<ReturnType<Rows['page']>> = await rows.page(requestId, {
      limit: 500,
      after,
    });
    if (page.rows.length > 0) yield page.rows;
    after = page.next;
  }
};
