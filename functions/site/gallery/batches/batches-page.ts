import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { toMessage } from '../parts/api.ts';
import { formatDate } from '../parts/dates.ts';
import { formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { currentRoute, navigate, toHash } from '../parts/route.ts';
import { type Batch, statusText } from './batch.ts';
import {
  areBatchesLoading,
  batchesFailure,
  hasMoreBatches,
  knownBatches,
  loadBatches,
} from './batch-list.ts';
import { batchView } from './batch-view.ts';
import { newBatchView } from './new-batch-view.ts';
import { loadMoreBatches } from './open-batch.ts';

/** All batches, or the one that the address names. */
export const batchesPage = (): TemplateResult => {
  const route = currentRoute();
  if (route.view === 'batches' && route.requestId) return batchView(route.requestId);
  return html`
    <div class="page">
      <h1>Batches</h1>
      ${newBatchView()} ${list()}
    </div>
  `;
};

const list = (): TemplateResult | typeof nothing => {
  const batches = knownBatches();
  const failure = batchesFailure();
  if (failure && !batches)
    return html`
      <section class="empty-state" role="alert">
        ${icon('warning')}
        <h2>The batches could not be loaded</h2>
        <p>${toMessage(failure)}</p>
        <button class="main" @click=${loadBatches}>${icon('retry')} Try again</button>
      </section>
    `;
  if (!batches) return html`<p class="muted" role="status">Loading …</p>`;
  if (batches.length === 0) return html`<p class="muted">There is no batch yet.</p>`;
  return html`
    <ul class="cards">${repeat(batches, (batch) => batch.request_id, card)}</ul>
    ${
      hasMoreBatches()
        ? html`<button class="plain" ?disabled=${areBatchesLoading()} @click=${loadMoreBatches}>Show older batches</button>`
        : nothing
    }
  `;
};

const card = (batch: Batch): TemplateResult => {
  const { request_id: requestId, status, progress } = batch;
  const name = batch.csv_filename ?? requestId;
  return html`
    <li class="card">
      <a href=${toHash({ view: 'batches', requestId })} @click=${(event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigate({ view: 'batches', requestId });
      }}>${name}</a>
      <span class="state is-${status}">${statusText(status)}</span>
      <span class="muted">
        ${formatCount(progress.total_images, 'picture')}${progress.failed_images > 0 ? `, ${progress.failed_images} failed` : ''}
        · ${formatDate(batch.created_at)}
      </span>
      <progress class="is-${status}" max="100" .value=${progress.percentage} aria-label="Progress of ${name}"></progress>
    </li>
  `;
};
