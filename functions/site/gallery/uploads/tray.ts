import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatBytes, formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { requestRender } from '../parts/render.ts';
import { totalProgress, type Upload } from './upload-queue.ts';
import { uploads } from './uploads.ts';

const maxRows = 60; // more would slow the page down
let isOpen = true;

/** The list of uploads in a corner; nothing while there are none. */
export const uploadTray = (): TemplateResult | typeof nothing => {
  const all = uploads.all();
  if (all.length === 0) return nothing;
  const progress = totalProgress(all);
  const failedCount = all.filter(({ state }) => state === 'rejected' || state === 'failed').length;
  const percent = Math.round(progress.share * 100);
  return html`
    <section class="tray" aria-label="Uploads">
      <header>
        <h2>${toTitle(progress, failedCount)}</h2>
        <button
          class="plain icon-only ${isOpen ? '' : 'is-turned'}"
          aria-label=${isOpen ? 'Collapse the list of uploads' : 'Expand the list of uploads'}
          aria-expanded=${isOpen}
          @click=${toggle}
        >${icon('down')}</button>
        ${
          progress.busy > 0
            ? html`<button class="plain" @click=${uploads.cancelAll}>Cancel all</button>`
            : html`<button class="plain icon-only" aria-label="Close the list of uploads" @click=${uploads.clear}>${icon('close')}</button>`
        }
      </header>
      <progress class=${progress.busy > 0 ? '' : 'is-full'} max="100" .value=${percent} aria-label="All uploads"></progress>
      <p class="tray-sum">
        ${formatBytes(progress.sentBytes)} of ${formatBytes(progress.totalBytes)}
        ${failedCount > 0 ? html`<span class="error-text">${formatCount(failedCount, 'file')} failed</span>` : nothing}
      </p>
      ${isOpen ? rows(all) : nothing}
    </section>
  `;
};

const toggle = (): void => {
  isOpen = !isOpen;
  requestRender();
};

const toTitle = (
  { busy, sent, total }: ReturnType<typeof totalProgress>,
  failedCount: number,
): string => {
  if (busy > 0) return `Uploading ${Math.min(sent + 1, total)} of ${total}`;
  if (sent > 0) return `${formatCount(sent, 'picture')} uploaded`;
  return failedCount > 0 ? 'No files uploaded' : 'Uploads cancelled';
};

/** Failures first, then those in progress. */
const sortOrder: Record<Upload['state'], number> = {
  rejected: 0,
  failed: 0,
  sending: 1,
  waiting: 2,
  cancelled: 3,
  sent: 4,
};

const rows = (all: readonly Upload[]): TemplateResult => {
  const sorted = all.toSorted((one, other) => sortOrder[one.state] - sortOrder[other.state]);
  const rest = sorted.length - maxRows;
  return html`
    <ul class="tray-rows" tabindex="0" aria-label="Files">
      ${repeat(sorted.slice(0, maxRows), ({ id }) => id, row)}
      ${rest > 0 ? html`<li class="tray-rest">… and ${formatCount(rest, 'more file', 'more files')}</li>` : nothing}
    </ul>
  `;
};

const labels: Record<Upload['state'], string> = {
  waiting: 'waiting',
  sending: 'uploading',
  sent: 'uploaded',
  rejected: 'rejected',
  failed: 'failed',
  cancelled: 'cancelled',
};

const row = (upload: Upload): TemplateResult => {
  const { id, name, state, reason, sentBytes, sizeBytes } = upload;
  const isBusy = state === 'waiting' || state === 'sending';
  const mayRetry = state === 'failed' || state === 'cancelled';
  return html`
    <li class="upload is-${state}">
      <p class="upload-name" title=${name}>${name}</p>
      <p class="upload-state">
        ${state === 'sending' && sizeBytes > 0 ? `${Math.min(100, Math.round((sentBytes / sizeBytes) * 100))} %` : labels[state]}
      </p>
      ${isBusy ? html`<button class="plain icon-only" aria-label="Cancel the upload of ${name}" @click=${() => uploads.cancel(id)}>${icon('close')}</button>` : nothing}
      ${mayRetry ? html`<button class="plain icon-only" aria-label="Upload ${name} again" @click=${() => uploads.retry(id)}>${icon('retry')}</button>` : nothing}
      ${state === 'sending' ? html`<progress max=${sizeBytes || 1} .value=${sentBytes} aria-label="Upload of ${name}"></progress>` : nothing}
      ${reason ? html`<p class="upload-reason">${reason}</p>` : nothing}
    </li>
  `;
};
