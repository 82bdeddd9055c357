import { request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { type Batch, hasEnded } from './batch.ts';

const pageSize = 20;
const maxConcurrent = 100; // the API's maximum

let batches: Batch[] | undefined;
let cursor: string | null = null;
let failure: unknown;
let isLoading = false;

export const knownBatches = () => batches;
export const batchesFailure = () => failure;
export const hasMoreBatches = () => cursor !== null;
export const areBatchesLoading = () => isLoading;

/** Whether one of the batches that polling would read is running. */
export const areBatchesRunning = (): boolean =>
  batches?.slice(0, maxConcurrent).some((batch) => !hasEnded(batch)) ?? false;

const pageAt = (from: string | null, limit: number) => {
  const query = new URLSearchParams({ limit: String(limit), ...(from && { cursor: from }) });
  return request<Batch[]>(`api/batches?${query}`);
};

const without = (known: readonly Batch[], other: readonly Batch[]): Batch[] => {
  const ids = new Set(other.map(({ request_id: id }) => id));
  return known.filter(({ request_id: id }) => !ids.has(id));
};

/** Reads as many of the newest batches as are shown. */
export const loadBatches = async (): Promise<void> => {
  try {
    const limit = Math.max(pageSize, Math.min(maxConcurrent, batches?.length ?? 0));
    const { data, page } = await pageAt(null, limit);
    const known = batches ?? [];
    const rest = without(known, data);
    // After a page without a known batch they would leave a gap: they are loaded again from there.
    const older = rest.length < known.length ? rest : [];
    batches = [...data, ...older];
    if (older.length === 0) cursor = page.next_cursor;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  requestRender();
};

/** Reads the next page. */
export const loadOlderBatches = async (): Promise<void> => {
  const from = cursor;
  isLoading = true;
  requestRender();
  try {
    const { data, page } = await pageAt(from, pageSize);
    if (from === cursor) {
      batches = [...(batches ?? []), ...without(data, batches ?? [])];
      cursor = page.next_cursor;
    }
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
  isLoading = false;
  requestRender();
};

export const updateInList = (batch: Batch): void => {
  batches = batches?.map((each) => (each.request_id === batch.request_id ? batch : each));
};
