import { changed } from '../parts/draw.ts';
import { ask } from '../parts/server.ts';
import type { Batch } from './batch.ts';

let batches: Batch[] | undefined;
let cursor: string | null = null;
let failure: unknown;
let isLoading = false;

export const knownBatches = () => batches;
export const batchesFailure = () => failure;
export const hasMoreBatches = () => cursor !== null;
export const batchesAreLoading = () => isLoading;

/** The newest page, or the next one behind those that are known. */
export const askBatches = async ({ next = false } = {}): Promise<void> => {
  isLoading = true;
  changed();
  try {
    const query = new URLSearchParams({ limit: '20', ...(next && cursor && { cursor }) });
    const { data, page } = await ask<Batch[]>(`api/batches?${query}`);
    const known = next ? (batches ?? []) : [];
    batches = [...known, ...data];
    cursor = page.next_cursor;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  isLoading = false;
  changed();
};

export const keepInList = (batch: Batch): void => {
  batches = batches?.map((each) => (each.request_id === batch.request_id ? batch : each));
};
