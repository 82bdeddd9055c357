import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatBytes, formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import type { CsvCheck, CsvError } from './batch.ts';
import { openCsvPicker } from './csv-picker.ts';
import { discardCsv, newBatch, openCsv, startBatch } from './new-batch.ts';

const maxErrors = 200; // the rest is counted

/** The form for a new batch, with the result of the dry run. */
export const newBatchView = (): TemplateResult => {
  const draft = newBatch();
  if (!draft)
    return html`
      <section class="drop-target">
        <h2>A batch from a CSV</h2>
        <p>
          Columns <code>S. No.</code>, <code>Product Name</code>, <code>Input Image Urls</code>; several
          URLs in one cell by commas. It is checked before anything starts.
        </p>
        <button class="main" @click=${openCsvPicker}>${icon('add')} Choose a CSV</button>
        <p class="muted">or drop one anywhere on this page</p>
      </section>
    `;
  const { file, state, result, reason } = draft;
  return html`
    <section class="part draft" aria-label="New batch">
      <header class="row">
        <h2>${file.name}</h2>
        <span class="muted">${formatBytes(file.size)}</span>
        <button class="plain icon-only" aria-label="Discard ${file.name}" @click=${discardCsv}>${icon('close')}</button>
      </header>
      ${state === 'checking' ? html`<p role="status">Checking every row …</p>` : nothing}
      ${
        state === 'failed'
          ? html`
              <p class="error-box" role="alert">${icon('warning')} ${reason}</p>
              <button class="plain" @click=${() => openCsv(file)}>${icon('retry')} Check again</button>
            `
          : nothing
      }
      ${result ? html`${columnsView(result)} ${found(result)}` : nothing}
      ${result?.valid ? startForm(state === 'starting') : nothing}
    </section>
  `;
};

const meaningTexts = {
  serial_number: 'serial number',
  product_name: 'product name',
  image_urls: 'image URLs',
} as const;

/** What each column of the file was understood as, and what is missing. */
const columnsView = ({ columns }: CsvCheck): TemplateResult | typeof nothing => {
  if (columns.length === 0) return nothing;
  const missing = (['serial_number', 'product_name', 'image_urls'] as const).filter(
    (needed) => !columns.some(({ meaning }) => meaning === needed),
  );
  return html`
    <ul class="columns" aria-label="Columns of the file">
      ${columns.map(
        ({ name, meaning }) => html`
          <li class=${meaning ? '' : 'is-ignored'}><b>${name}</b> ${meaning ? meaningTexts[meaning] : 'ignored'}</li>
        `,
      )}
      ${missing.map((each) => html`<li class="is-missing">${icon('warning')} no column for the ${meaningTexts[each]}</li>`)}
    </ul>
  `;
};

const found = ({
  valid,
  errors,
  more_errors: more,
  total_products: products,
  total_images: images,
}: CsvCheck) => html`
  <p class=${valid ? 'success-box' : 'error-box'} role=${valid ? 'status' : 'alert'}>
    ${icon(valid ? 'check' : 'warning')}
    ${
      valid
        ? `${formatCount(products, 'product')} with ${formatCount(images, 'picture')}: no errors.`
        : `${formatCount(errors.length + more, 'error')} to fix before it can start.`
    }
  </p>
  ${errors.length > 0 ? errorTable(errors, more) : nothing}
`;

/** Also used for a batch whose file was fetched and rejected later. */
export const errorTable = (errors: readonly CsvError[], more = 0): TemplateResult => {
  const rest = Math.max(0, errors.length - maxErrors) + more;
  return html`
  <div class="scroll" tabindex="0" role="region" aria-label="Errors of the file">
    <table class="list">
      <thead><tr><th scope="col">Line</th><th scope="col">Column</th><th scope="col">Error</th></tr></thead>
      <tbody>
        ${errors
          .slice(0, maxErrors)
          .map(
            ({ row, column, message }) =>
              html`<tr><td>${row}</td><td>${column ?? ''}</td><td>${message}</td></tr>`,
          )}
      </tbody>
    </table>
  </div>
  ${rest > 0 ? html`<p class="muted">… and ${formatCount(rest, 'more error', 'more errors')}.</p>` : nothing}
  `;
};

const startForm = (isStarting: boolean): TemplateResult => html`
  <form
    class="start-form"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      if (!(event.currentTarget instanceof HTMLFormElement)) return;
      const url = new FormData(event.currentTarget).get('webhook');
      void startBatch(typeof url === 'string' ? url.trim() : '');
    }}
  >
    <label>
      Webhook to notify when it ends (optional)
      <input name="webhook" type="url" placeholder="https://" autocomplete="url" />
    </label>
    <button class="main" ?disabled=${isStarting}>${isStarting ? 'Starting …' : 'Start the batch'}</button>
  </form>
`;
