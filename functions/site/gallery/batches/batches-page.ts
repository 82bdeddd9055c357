import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { currentRoute, go, hashOf } from '../parts/route.ts';
import { reasonOf } from '../parts/server.ts';
import { countOf, dateAsText } from '../parts/words.ts';
import { type Batch, statusWords } from './batch.ts';
import {
  askBatches,
  batchesAreLoading,
  batchesFailure,
  hasMoreBatches,
  knownBatches,
} from './batch-list.ts';
import { batchView } from './batch-view.ts';
import { newBatchView } from './new-batch-view.ts';
import { moreBatches } from './open-batch.ts';

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
      <section class="blank" role="alert">
        ${icon('warning')}
        <h2>The batches could not be loaded</h2>
        <p>${reasonOf(failure)}</p>
        <button class="main" @click=${askBatches}>${icon('retry')} Try again</button>
      </section>
    `;
  if (!batches) return html`<p class="quiet" role="status">Loading …</p>`;
  if (batches.length === 0) return html`<p class="quiet">There is no batch yet.</p>`;
  return html`
    <ul class="cards">${repeat(batches, (batch) => batch.request_id, card)}</ul>
    ${
      hasMoreBatches()
        ? html`<button class="plain" ?disabled=${batchesAreLoading()} @click=${moreBatches}>Show older batches</button>`
        : nothing
    }
  `;
};

const card = (batch: Batch): TemplateResult => {
  const { request_id: requestId, status, progress } = batch;
  const name = batch.csv_filename ?? requestId;
  return html`
    <li class="card">
      <a href=${hashOf({ view: 'batches', requestId })} @click=${(event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ view: 'batches', requestId });
      }}>${name}</a>
      <span class="state is-${status}">${statusWords(status)}</span>
      <span class="quiet">
        ${countOf(progress.total_images, 'picture')}${progress.failed_images > 0 ? `, ${progress.failed_images} failed` : ''}
        · ${dateAsText(batch.created_at)}
      </span>
      <progress class="is-${status}" max="100" .value=${progress.percentage} aria-label="Progress of ${name}"></progress>
    </li>
  `;
};
