import { changed } from '../parts/draw.ts';
import { notify } from '../parts/notices.ts';
import { currentRoute, onRoute, type Route } from '../parts/route.ts';
import { ask, reasonOf } from '../parts/server.ts';
import { type Batch, hasEnded, type Product } from './batch.ts';
import { askBatches, askOlderBatches, batchesAreAtWork, keepInList } from './batch-list.ts';

const soonMs = 800;
const lateMs = 10_000;
const listMs = 3000;
const pageSize = 50;

type Opened = {
  batch?: Batch;
  products: Product[];
  cursor: string | null;
  failure?: unknown;
  isLoading: boolean;
};

let requestId: string | undefined;
let opened: Opened = { products: [], cursor: null, isLoading: false };
let timer: ReturnType<typeof setTimeout> | undefined;
let waitMs = soonMs;

export const openedBatch = (): Opened => opened;

/** Follows the address: what it names is asked for, and again while it is at work. */
export const watchBatches = (): void => {
  onRoute(follow);
  document.addEventListener('visibilitychange', () => follow(currentRoute()));
  follow(currentRoute());
};

const follow = (route: Route): void => {
  clearTimeout(timer);
  if (route.view !== 'batches') return;
  if (route.requestId !== requestId) {
    requestId = route.requestId;
    opened = { products: [], cursor: null, isLoading: false };
  }
  if (document.hidden) return;
  waitMs = soonMs;
  void look();
};

const look = async (): Promise<void> => {
  const id = requestId;
  if (!id) {
    await askBatches();
    planList();
    return;
  }
  const before = JSON.stringify(opened.batch?.progress);
  await refreshBatch(id);
  if (id !== requestId) return;
  const { batch } = opened;
  if (!batch || isSettled(batch)) return;
  waitMs = JSON.stringify(batch.progress) === before ? Math.min(lateMs, waitMs * 1.5) : soonMs;
  plan(waitMs);
};

/** Nothing more will come by itself: ended, and its webhook has been delivered or given up. */
const isSettled = (batch: Batch): boolean =>
  hasEnded(batch) && !['waiting', 'pending'].includes(batch.webhook?.state ?? '');

const planList = (): void => {
  if (!requestId && batchesAreAtWork()) plan(listMs);
};

/** One of those that it brings may be at work, where none of the newest is. */
export const moreBatches = async (): Promise<void> => {
  await askOlderBatches();
  planList();
};

const plan = (ms: number): void => {
  clearTimeout(timer);
  if (!document.hidden && currentRoute().view === 'batches') timer = setTimeout(look, ms);
};

const pageOf = (id: string, cursor?: string | null) => {
  const query = new URLSearchParams({ limit: String(pageSize), ...(cursor && { cursor }) });
  return ask<Batch>(`api/batches/${encodeURIComponent(id)}?${query}`);
};

/** The first page anew, and those behind it as they were; they are refreshed by asking for them. */
const refreshBatch = async (id: string): Promise<void> => {
  try {
    const { data, page } = await pageOf(id);
    if (id !== requestId) return;
    const first = data.products ?? [];
    const isOnePage = opened.products.length <= first.length;
    opened = {
      batch: data,
      products: isOnePage ? first : [...first, ...opened.products.slice(first.length)],
      cursor: isOnePage ? page.next_cursor : opened.cursor,
      isLoading: false,
    };
    keepInList(data);
  } catch (error) {
    if (id === requestId) opened = { ...opened, failure: error };
  }
  changed();
};

export const moreProducts = async (): Promise<void> => {
  const id = requestId;
  if (!id || !opened.cursor || opened.isLoading) return;
  opened = { ...opened, isLoading: true };
  changed();
  try {
    const { data, page } = await pageOf(id, opened.cursor);
    if (id !== requestId) return;
    const products = [...opened.products, ...(data.products ?? [])];
    opened = { ...opened, products, cursor: page.next_cursor, isLoading: false };
  } catch (error) {
    opened = { ...opened, isLoading: false };
    notify(reasonOf(error), { isTrouble: true });
  }
  changed();
};

export const deliverAgain = async (id: string): Promise<void> => {
  try {
    await ask(`api/batches/${encodeURIComponent(id)}/webhook`, { method: 'POST' });
    notify('The webhook is being delivered again.');
    waitMs = soonMs;
    plan(soonMs);
  } catch (error) {
    notify(reasonOf(error), { isTrouble: true });
  }
};
