import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { bytesAsText, countOf } from '../parts/words.ts';
import type { CsvCheck, Fault } from './batch.ts';
import { chooseCsv } from './choose-csv.ts';
import { forgetCsv, newBatch, openCsv, startBatch } from './new-batch.ts';

const mostFaults = 200; // the rest is counted: nobody mends a file line by line from a page

/** Where a CSV is dropped, and what was found in it before anything starts. */
export const newBatchView = (): TemplateResult => {
  const draft = newBatch();
  if (!draft)
    return html`
      <section class="drop-here">
        <h2>A batch from a CSV</h2>
        <p>
          Columns <code>S. No.</code>, <code>Product Name</code>, <code>Input Image Urls</code>; several
          URLs in one cell by commas. It is checked before anything starts.
        </p>
        <button class="main" @click=${chooseCsv}>${icon('add')} Choose a CSV</button>
        <p class="quiet">or drop one anywhere on this page</p>
      </section>
    `;
  const { file, state, result, reason } = draft;
  return html`
    <section class="part draft" aria-label="New batch">
      <header class="row">
        <h2>${file.name}</h2>
        <span class="quiet">${bytesAsText(file.size)}</span>
        <button class="plain icon-only" aria-label="Put ${file.name} away" @click=${forgetCsv}>${icon('close')}</button>
      </header>
      ${state === 'checking' ? html`<p role="status">Checking every row …</p>` : nothing}
      ${
        state === 'failed'
          ? html`
              <p class="trouble-box" role="alert">${icon('warning')} ${reason}</p>
              <button class="plain" @click=${() => openCsv(file)}>${icon('retry')} Check again</button>
            `
          : nothing
      }
      ${result ? found(result) : nothing}
      ${result?.valid ? startForm(state === 'starting') : nothing}
    </section>
  `;
};

const found = ({
  valid,
  errors,
  more_errors: more,
  total_products: products,
  total_images: images,
}: CsvCheck) => html`
  <p class=${valid ? 'good' : 'trouble-box'} role=${valid ? 'status' : 'alert'}>
    ${icon(valid ? 'check' : 'warning')}
    ${
      valid
        ? `${countOf(products, 'product')} with ${countOf(images, 'picture')}: every row is right.`
        : `${countOf(errors.length + more, 'fault')} to mend before it can start.`
    }
  </p>
  ${errors.length > 0 ? faultsTable(errors, more) : nothing}
`;

/** Also for a batch whose file was fetched and found faulty later. */
export const faultsTable = (errors: readonly Fault[], more = 0): TemplateResult => {
  const rest = Math.max(0, errors.length - mostFaults) + more;
  return html`
  <div class="scroll" tabindex="0" role="region" aria-label="Faults of the file">
    <table class="list">
      <thead><tr><th scope="col">Line</th><th scope="col">Column</th><th scope="col">What is wrong</th></tr></thead>
      <tbody>
        ${errors
          .slice(0, mostFaults)
          .map(
            ({ row, column, message }) =>
              html`<tr><td>${row}</td><td>${column ?? ''}</td><td>${message}</td></tr>`,
          )}
      </tbody>
    </table>
  </div>
  ${rest > 0 ? html`<p class="quiet">… and ${countOf(rest, 'more fault', 'more faults')}.</p>` : nothing}
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
      Webhook, if somebody is to be told when it ends
      <input name="webhook" type="url" placeholder="https://" autocomplete="url" />
    </label>
    <button class="main" ?disabled=${isStarting}>${isStarting ? 'Starting …' : 'Start the batch'}</button>
  </form>
`;
