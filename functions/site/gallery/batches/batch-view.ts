import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { toMessage } from '../parts/api.ts';
import { attemptTable } from '../parts/attempt-table.ts';
import { formatDate } from '../parts/dates.ts';
import { formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { navigate } from '../parts/route.ts';
import { saveFile } from '../parts/save-file.ts';
import {
  type Batch,
  hasEnded,
  outcomes,
  type Product,
  type ProductImage,
  selectOutcome,
  statusText,
} from './batch.ts';
import { cancelBatch } from './cancel-batch.ts';
import { errorTable } from './new-batch-view.ts';
import {
  loadMoreProducts,
  openBatch,
  redeliverWebhook,
  reloadNow,
  shownOutcome,
  showOutcome,
} from './open-batch.ts';

/** One batch: progress, the outcome of each URL, and the attempts of its webhook. */
export const batchView = (id: string): TemplateResult => {
  const { batch, failure } = openBatch();
  return html`
    <div class="page">
      <button class="plain back" @click=${() => navigate({ view: 'batches' })}>${icon('previous')} All batches</button>
      ${batch ? aboutBatch(batch) : failure ? errorView(failure) : html`<p class="muted" role="status">Loading ${id} …</p>`}
    </div>
  `;
};

const errorView = (failure: unknown): TemplateResult => html`
  <section class="empty-state" role="alert">
    ${icon('warning')}
    <h1>This batch could not be opened</h1>
    <p>${toMessage(failure)}</p>
    <button class="main" @click=${reloadNow}>${icon('retry')} Try again</button>
  </section>
`;

const aboutBatch = (batch: Batch): TemplateResult => {
  const { status, progress } = batch;
  const name = batch.csv_filename ?? batch.request_id;
  return html`
    <header class="row">
      <h1>${name}</h1>
      <span class="state is-${status}" role="status">${statusText(status)}</span>
    </header>
    ${batch.errors.length > 0 ? errorTable(batch.errors) : nothing}
    <progress class="is-${status}" max="100" .value=${progress.percentage} aria-label="Progress of ${name}"></progress>
    ${batch.message ? html`<p class=${status === 'failed' ? 'error-box' : ''}>${batch.message}</p>` : nothing}
    <p class="muted">
      ${formatCount(progress.total_products, 'product')} · started ${formatDate(batch.created_at)}
    </p>
    ${hasEnded(batch) ? downloads(batch) : html`<div class="actions"><button class="plain is-danger" @click=${() => cancelBatch(batch.request_id)}>${icon('close')} Cancel the batch</button></div>`}
    ${batch.webhook_url ? webhook(batch) : nothing}
    <section class="part">
      <h2>Products</h2>
      ${products()}
    </section>
  `;
};

const downloads = ({ request_id: id, progress }: Batch): TemplateResult => {
  const path = `api/batches/${encodeURIComponent(id)}/results`;
  return html`
    <div class="actions">
      <button class="main" @click=${() => saveFile(path, `${id}.csv`)}>${icon('download')} Download the results</button>
      ${
        progress.failed_images > 0
          ? html`<button class="plain" @click=${() => saveFile(`${path}?errors=1`, `${id}-failed.csv`)}>${icon('download')} Download the failed rows</button>`
          : nothing
      }
    </div>
  `;
};

const webhook = (batch: Batch): TemplateResult => {
  return html`
    <section class="part">
      <header class="row">
        <h2>Webhook</h2>
        <span class="muted">${webhookText(batch)}</span>
        ${hasEnded(batch) ? html`<button class="plain" @click=${() => redeliverWebhook(batch.request_id)}>${icon('retry')} Deliver again</button>` : nothing}
      </header>
      <p class="muted url">${batch.webhook_url}</p>
      ${attemptTable(batch.webhook?.attempts ?? [])}
    </section>
  `;
};

const webhookText = ({ webhook }: Batch): string => {
  if (!webhook) return '';
  if (webhook.state === 'waiting') return 'sent when the batch ends';
  const next = webhook.next_attempt_at;
  return next ? `next attempt ${formatDate(next, 'second')}` : webhook.state;
};

const products = (): TemplateResult => {
  const { pages, isLoading } = openBatch();
  const all = pages.flatMap((page) => page.products);
  if (all.length === 0) return html`<p class="muted">No rows read yet.</p>`;
  const shown = selectOutcome(all, shownOutcome());
  const hasMore = pages.at(-1)?.next !== null;
  return html`
    <div class="chips" role="group" aria-label="Filter by outcome">
      ${outcomes.map((each) => html`<button class="chip" aria-pressed=${each === shownOutcome()} @click=${() => showOutcome(each)}>${each}</button>`)}
    </div>
    ${shown.length > 0 ? html`<ol class="products">${repeat(shown, ({ serial_number: serial, product_name: name }, index) => `${serial} ${name} ${index}`, product)}</ol>` : html`<p class="muted">None${hasMore ? ' so far' : ''}.</p>`}
    ${hasMore ? html`<button class="plain" ?disabled=${isLoading} @click=${loadMoreProducts}>Show more products</button>` : nothing}
  `;
};

const product = ({ serial_number: serial, product_name: name, status, images }: Product) => html`
  <li class="product">
    <p class="product-name"><span class="muted">${serial}</span> ${name} <span class="state is-${status}">${statusText(status)}</span></p>
    <ul>${images.map((image) => outcome(image, name))}</ul>
  </li>
`;

const outcome = (image: ProductImage, name: string): TemplateResult => {
  const { image_id: imageId, status, input_url: url, error } = image;
  const path =
    status === 'completed' && imageId ? `api/images/${imageId}/thumbnails/small` : undefined;
  return html`
    <li class="outcome is-${status}">
      <shown-picture .shown=${{ path, placeholder: null, color: null, ratio: undefined }}></shown-picture>
      <p class="url" title=${url}>${url}</p>
      ${error ? html`<p class="error-text">${error}</p>` : html`<p class="muted">${status}</p>`}
      ${
        imageId
          ? html`<button class="plain" aria-label="Open the picture of ${name} from ${url}" @click=${() => navigate({ view: 'pictures', imageId })}>Open</button>`
          : nothing
      }
    </li>
  `;
};
