import { ApiError, request, toMessage } from '../parts/api.ts';
import { onReconnect } from '../parts/connection.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute, onRoute, type Route } from '../parts/route.ts';
import { type Batch, hasEnded, type Outcome, type Product, selectOutcome } from './batch.ts';
import {
  areBatchesRunning,
  batchesFailure,
  loadBatches,
  loadOlderBatches,
  updateInList,
} from './batch-list.ts';

const minDelayMs = 800;
const maxDelayMs = 10_000;
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
let waitMs = minDelayMs;

export const openBatch = (): Opened => opened;

let outcome: Outcome = 'all';
/** Pages that a filter reads by itself. */
const maxFilterPages = 20;

export const shownOutcome = (): Outcome => outcome;

/** Shows rows of one outcome: further pages are read until a page of them is found, or all there are. */
export const showOutcome = async (next: Outcome): Promise<void> => {
  outcome = next;
  requestRender();
  for (let pages = 0; pages < maxFilterPages && outcome === next && isLooking(); pages++)
    await loadMoreProducts();
};

const isLooking = (): boolean => {
  const { batch, pages, isLoading } = opened;
  if (outcome === 'all' || isLoading || !batch || pages.at(-1)?.next === null) return false;
  const found = selectOutcome(
    pages.flatMap(({ products }) => products),
    outcome,
  ).reduce((sum, { images }) => sum + images.length, 0);
  // Only of failed ones the number is known before they are read.
  return found < (outcome === 'failed' ? batch.progress.failed_images : pageSize);
};

/** Loads the batch in the URL, and polls it until it has ended. */
export const watchBatches = (): void => {
  onRoute(follow);
  document.addEventListener('visibilitychange', reloadNow);
  onReconnect(reloadNow);
  reloadNow();
};

export const reloadNow = (): void => follow(currentRoute());

const follow = (route: Route): void => {
  clearTimeout(timer);
  if (route.view !== 'batches') return;
  if (route.requestId !== requestId) {
    requestId = route.requestId;
    opened = { pages: [], isLoading: false };
    outcome = 'all';
  }
  if (document.hidden) return;
  waitMs = minDelayMs;
  void poll();
};

const poll = async (): Promise<void> => {
  const id = requestId;
  if (!id) {
    await loadBatches();
    scheduleList();
    return;
  }
  const before = JSON.stringify(opened.batch?.progress);
  await refreshBatch(id);
  if (id !== requestId) return;
  const { batch, failure } = opened;
  if (batch ? isSettled(batch) : isFinal(failure)) return;
  waitMs =
    JSON.stringify(batch?.progress) === before ? Math.min(maxDelayMs, waitMs * 1.5) : minDelayMs;
  schedule(waitMs);
};

/** No further change: the batch has ended, and its webhook was delivered or given up. */
const isSettled = (batch: Batch): boolean =>
  hasEnded(batch) && !['waiting', 'pending'].includes(batch.webhook?.state ?? '');

/** Such as an unknown batch; other failures may be temporary. */
const isFinal = (failure: unknown): boolean => failure instanceof ApiError && failure.status < 500;

const scheduleList = (): void => {
  const failure = batchesFailure();
  const mayPass = failure !== undefined && !isFinal(failure);
  if (!requestId && (mayPass || areBatchesRunning())) schedule(listMs);
};

/** One of the older batches may be running although none of the newest is. */
export const loadMoreBatches = async (): Promise<void> => {
  await loadOlderBatches();
  scheduleList();
};

const schedule = (ms: number): void => {
  clearTimeout(timer);
  if (!document.hidden && currentRoute().view === 'batches') timer = setTimeout(poll, ms);
};

const pageAt = async (id: string, from: string | null): Promise<[Batch, ProductPage]> => {
  const query = new URLSearchParams({ limit: String(pageSize), ...(from && { cursor: from }) });
  const { data, page } = await request<Batch>(`api/batches/${encodeURIComponent(id)}?${query}`);
  return [data, { from, products: data.products ?? [], next: page.next_cursor }];
};

/** Full, and every product on it has ended. */
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
    updateInList(batch);
  } catch (error) {
    if (id === requestId) opened = { ...opened, failure: error };
  }
  requestRender();
};

export const loadMoreProducts = async (): Promise<void> => {
  const id = requestId;
  const next = opened.pages.at(-1)?.next;
  if (!id || !next || opened.isLoading) return;
  opened = { ...opened, isLoading: true };
  requestRender();
  try {
    const [, page] = await pageAt(id, next);
    if (id !== requestId) return;
    opened = { ...opened, pages: [...opened.pages, page], isLoading: false };
    // The last poll may have ended while this page was loading.
    if (!page.products.every(hasEnded)) schedule(minDelayMs);
  } catch (error) {
    opened = { ...opened, isLoading: false };
    notify(toMessage(error), { isError: true });
  }
  requestRender();
};

export const redeliverWebhook = async (id: string): Promise<void> => {
  try {
    await request(`api/batches/${encodeURIComponent(id)}/webhook`, { method: 'POST' });
    notify('The webhook is being delivered again.');
    waitMs = minDelayMs;
    schedule(minDelayMs);
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
};
