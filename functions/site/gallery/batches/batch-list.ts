import { changed } from '../parts/draw.ts';
import { notify } from '../parts/notices.ts';
import { ask, reasonOf } from '../parts/server.ts';
import { type Batch, hasEnded } from './batch.ts';

const pageSize = 20;
const mostAtOnce = 100; // what the API gives at most

let batches: Batch[] | undefined;
let cursor: string | null = null;
let failure: unknown;
let isLoading = false;

export const knownBatches = () => batches;
export const batchesFailure = () => failure;
export const hasMoreBatches = () => cursor !== null;
export const batchesAreLoading = () => isLoading;

/** Whether asking again may bring something else: of those that it would bring. */
export const batchesAreAtWork = (): boolean =>
  batches?.slice(0, mostAtOnce).some((batch) => !hasEnded(batch)) ?? false;

const pageAt = (from: string | null, limit: number) => {
  const query = new URLSearchParams({ limit: String(limit), ...(from && { cursor: from }) });
  return ask<Batch[]>(`api/batches?${query}`);
};

const without = (known: readonly Batch[], other: readonly Batch[]): Batch[] => {
  const ids = new Set(other.map(({ request_id: id }) => id));
  return known.filter(({ request_id: id }) => !ids.has(id));
};

/** As many of the newest as are shown. */
export const askBatches = async (): Promise<void> => {
  try {
    const limit = Math.max(pageSize, Math.min(mostAtOnce, batches?.length ?? 0));
    const { data, page } = await pageAt(null, limit);
    const known = batches ?? [];
    const rest = without(known, data);
    // Behind a page of strangers they would leave a gap, and are asked for again from there.
    const older = rest.length < known.length ? rest : [];
    batches = [...data, ...older];
    if (older.length === 0) cursor = page.next_cursor;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  changed();
};

/** The page behind those that are known. */
export const askOlderBatches = async (): Promise<void> => {
  const from = cursor;
  isLoading = true;
  changed();
  try {
    const { data, page } = await pageAt(from, pageSize);
    if (from === cursor) {
      batches = [...(batches ?? []), ...without(data, batches ?? [])];
      cursor = page.next_cursor;
    }
  } catch (error) {
    notify(reasonOf(error), { isTrouble: true });
  }
  isLoading = false;
  changed();
};

export const keepInList = (batch: Batch): void => {
  batches = batches?.map((each) => (each.request_id === batch.request_id ? batch : each));
};
