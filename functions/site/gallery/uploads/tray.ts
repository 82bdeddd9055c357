import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatBytes, formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { requestRender } from '../parts/render.ts';
import { navigate, picturesRoute } from '../parts/route.ts';
import { findPreview } from './previews.ts';
import { toOutcome } from './upload-outcome.ts';
import { totalProgress, type Upload } from './upload-queue.ts';
import { uploads } from './uploads.ts';

const maxRows = 60; // more would slow the page down
/** Folded on a phone, where it would cover the pictures, unless a file failed; undefined until it was chosen. */
let chosen: boolean | undefined;
const phoneWidth = 700;
const isListOpen = (failedCount: number): boolean =>
  chosen ?? (innerWidth >= phoneWidth || failedCount > 0);

/** The list of uploads in a corner; nothing while there are none. */
export const uploadTray = (): TemplateResult | typeof nothing => {
  const all = uploads.all();
  if (all.length === 0) return nothing;
  const progress = totalProgress(all);
  const outcomes = Map.groupBy(all.map(toOutcome), ({ kind }) => kind);
  const failedCount = outcomes.get('bad')?.length ?? 0;
  const isOpen = isListOpen(failedCount);
  const percent = Math.round(progress.share * 100);
  return html`
    <section class="tray" aria-label="Uploads">
      <header>
        <h2>${toTitle(progress, failedCount)}</h2>
        <button
          class="plain icon-only ${isOpen ? '' : 'is-turned'}"
          aria-label=${isOpen ? 'Collapse the list of uploads' : 'Expand the list of uploads'}
          aria-expanded=${isOpen}
          @click=${() => choose(!isOpen)}
        >${icon('down')}</button>
        ${
          progress.busy > 0
            ? html`<button class="plain" @click=${uploads.cancelAll}>Cancel all</button>`
            : html`<button class="plain icon-only" aria-label="Close the list of uploads" @click=${uploads.clear}>${icon('close')}</button>`
        }
      </header>
      <progress class=${progress.busy > 0 ? '' : 'is-full'} max="100" .value=${percent} aria-label="All uploads"></progress>
      <p class="tray-sum">
        ${progress.busy > 0 ? `${formatBytes(progress.sentBytes)} of ${formatBytes(progress.totalBytes)}` : toSummary(outcomes.get('good')?.length ?? 0, outcomes.get('busy')?.length ?? 0)}
        ${failedCount > 0 ? html`<span class="error-text">${formatCount(failedCount, 'file')} failed</span>` : nothing}
      </p>
      ${isOpen ? rows(all) : nothing}
    </section>
  `;
};

const choose = (isOpen: boolean): void => {
  chosen = isOpen;
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

const toSummary = (done: number, processing: number): string =>
  processing > 0
    ? `${done.toLocaleString('en')} done, ${processing.toLocaleString('en')} processing`
    : `${done.toLocaleString('en')} done`;

/** Failures first, then those in progress. */
const ranks = { bad: 0, busy: 1, none: 3, good: 4 } as const;
const toRank = (upload: Upload): number =>
  upload.state === 'waiting' ? 2 : ranks[toOutcome(upload).kind];

const rows = (all: readonly Upload[]): TemplateResult => {
  const sorted = all.toSorted((one, other) => toRank(one) - toRank(other));
  const rest = sorted.length - maxRows;
  return html`
    <ul class="tray-rows" tabindex="0" aria-label="Files">
      ${repeat(sorted.slice(0, maxRows), ({ id }) => id, row)}
      ${rest > 0 ? html`<li class="tray-rest">… and ${formatCount(rest, 'more file', 'more files')}</li>` : nothing}
    </ul>
  `;
};

const row = (upload: Upload): TemplateResult => {
  const { id, name, state, sentBytes, sizeBytes, imageId } = upload;
  const { label, kind, reason } = toOutcome(upload);
  const isBusy = state === 'waiting' || state === 'sending';
  const mayRetry = state === 'failed' || state === 'cancelled';
  const preview = findPreview(id);
  return html`
    <li class="upload is-${kind}">
      ${preview ? html`<img class="upload-preview" src=${preview.url} alt="" />` : html`<span class="upload-preview"></span>`}
      ${imageId ? html`<button class="upload-name" title=${name} aria-label="Uploaded ${name}: ${label}" @click=${() => navigate(picturesRoute(imageId))}>${name}</button>` : html`<p class="upload-name" title=${name}>${name}</p>`}
      <p class="upload-state">
        ${state === 'sending' && sizeBytes > 0 ? `${Math.min(100, Math.round((sentBytes / sizeBytes) * 100))} %` : label}
      </p>
      ${isBusy ? html`<button class="plain icon-only" aria-label="Cancel the upload of ${name}" @click=${() => uploads.cancel(id)}>${icon('close')}</button>` : nothing}
      ${mayRetry ? html`<button class="plain icon-only" aria-label="Upload ${name} again" @click=${() => uploads.retry(id)}>${icon('retry')}</button>` : nothing}
      ${state === 'sending' ? html`<progress max=${sizeBytes || 1} .value=${sentBytes} aria-label="Upload of ${name}"></progress>` : nothing}
      ${reason ? html`<p class="upload-reason">${reason}</p>` : nothing}
    </li>
  `;
};
