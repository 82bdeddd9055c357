import { onReturn } from '../parts/connection.ts';
import { changed } from '../parts/draw.ts';
import { notify } from '../parts/notices.ts';
import { currentRoute, onRoute, type Route } from '../parts/route.ts';
import { ask, Refused, reasonOf } from '../parts/server.ts';
import { type Batch, hasEnded, type Product } from './batch.ts';
import {
  askBatches,
  askOlderBatches,
  batchesAreAtWork,
  batchesFailure,
  keepInList,
} from './batch-list.ts';

const soonMs = 800;
const lateMs = 10_000;
const listMs = 3000;
const pageSize = 50;

type ProductPage = { from: string | null; products: Product[]; next: string | null };
type Opened = {
  batch?: Batch;
  pages: ProductPage[];
  failure?: unknown;
  isLoading: boolean;
};

let requestId: string | undefined;
let opened: Opened = { pages: [], isLoading: false };
let timer: ReturnType<typeof setTimeout> | undefined;
let waitMs = soonMs;

export const openedBatch = (): Opened => opened;

/** Follows the address: what it names is asked for, and again while it is at work. */
export const watchBatches = (): void => {
  onRoute(follow);
  document.addEventListener('visibilitychange', lookAgain);
  onReturn(lookAgain);
  lookAgain();
};

export const lookAgain = (): void => follow(currentRoute());

const follow = (route: Route): void => {
  clearTimeout(timer);
  if (route.view !== 'batches') return;
  if (route.requestId !== requestId) {
    requestId = route.requestId;
    opened = { pages: [], isLoading: false };
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
  const { batch, failure } = opened;
  if (batch ? isSettled(batch) : isFinal(failure)) return;
  waitMs = JSON.stringify(batch?.progress) === before ? Math.min(lateMs, waitMs * 1.5) : soonMs;
  plan(waitMs);
};

/** Nothing more will come by itself: ended, and its webhook has been delivered or given up. */
const isSettled = (batch: Batch): boolean =>
  hasEnded(batch) && !['waiting', 'pending'].includes(batch.webhook?.state ?? '');

/** There is no such batch, say; anything else may pass by itself. */
const isFinal = (failure: unknown): boolean => failure instanceof Refused && failure.status < 500;

const planList = (): void => {
  const failure = batchesFailure();
  const mayPass = failure !== undefined && !isFinal(failure);
  if (!requestId && (mayPass || batchesAreAtWork())) plan(listMs);
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

const pageAt = async (id: string, from: string | null): Promise<[Batch, ProductPage]> => {
  const query = new URLSearchParams({ limit: String(pageSize), ...(from && { cursor: from }) });
  const { data, page } = await ask<Batch>(`api/batches/${encodeURIComponent(id)}?${query}`);
  return [data, { from, products: data.products ?? [], next: page.next_cursor }];
};

/** Nothing on it will change, and nothing come to it. */
const isOver = ({ products, next }: ProductPage): boolean =>
  next !== null && products.every(hasEnded);

/** The batch with its first products, and the other pages after it: when it has ended, so have they. */
const refreshBatch = async (id: string): Promise<void> => {
  try {
    const [batch, first] = await pageAt(id, null);
    const pages = [first];
    for (const known of opened.pages.slice(1)) {
      const [, page] = isOver(known) ? [batch, known] : await pageAt(id, known.from);
      pages.push(page);
    }
    if (id !== requestId) return;
    const { isLoading, pages: shown } = opened;
    opened = { batch, pages: [...pages, ...shown.slice(pages.length)], isLoading };
    keepInList(batch);
  } catch (error) {
    if (id === requestId) opened = { ...opened, failure: error };
  }
  changed();
};

export const moreProducts = async (): Promise<void> => {
  const id = requestId;
  const next = opened.pages.at(-1)?.next;
  if (!id || !next || opened.isLoading) return;
  opened = { ...opened, isLoading: true };
  changed();
  try {
    const [, page] = await pageAt(id, next);
    if (id !== requestId) return;
    opened = { ...opened, pages: [...opened.pages, page], isLoading: false };
    // The last look may have gone by while it was on its way.
    if (!page.products.every(hasEnded)) plan(soonMs);
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
