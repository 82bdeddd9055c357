import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { changed } from '../parts/draw.ts';
import { icon } from '../parts/icons.ts';
import { bytesAsText, countOf } from '../parts/words.ts';
import { progressOf, type Upload } from './upload-queue.ts';
import { uploads } from './uploads.ts';

const mostRows = 60; // beyond that nobody reads, and the page would grow heavy
let isOpen = true;

/** What is on its way, in a corner; nothing while nothing is. */
export const uploadTray = (): TemplateResult | typeof nothing => {
  const all = uploads.all();
  if (all.length === 0) return nothing;
  const progress = progressOf(all);
  const troubles = all.filter(({ state }) => state === 'refused' || state === 'broken').length;
  const percent = Math.round(progress.share * 100);
  return html`
    <section class="tray" aria-label="Uploads">
      <header>
        <h2>${titleOf(progress, troubles)}</h2>
        <button
          class="plain icon-only ${isOpen ? '' : 'is-turned'}"
          aria-label=${isOpen ? 'Fold the list of uploads' : 'Unfold the list of uploads'}
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
        ${bytesAsText(progress.sentBytes)} of ${bytesAsText(progress.totalBytes)}
        ${troubles > 0 ? html`<span class="trouble">${countOf(troubles, 'file')} not taken</span>` : nothing}
      </p>
      ${isOpen ? rows(all) : nothing}
    </section>
  `;
};

const toggle = (): void => {
  isOpen = !isOpen;
  changed();
};

const titleOf = (
  { busy, sent, total }: ReturnType<typeof progressOf>,
  troubles: number,
): string => {
  if (busy > 0) return `Uploading ${Math.min(sent + 1, total)} of ${total}`;
  if (sent > 0) return `${countOf(sent, 'picture')} uploaded`;
  return troubles > 0 ? 'Nothing was uploaded' : 'Uploads cancelled';
};

/** Those that need somebody come first, then those at work. */
const urgency: Record<Upload['state'], number> = {
  refused: 0,
  broken: 0,
  sending: 1,
  waiting: 2,
  cancelled: 3,
  sent: 4,
};

const rows = (all: readonly Upload[]): TemplateResult => {
  const sorted = all.toSorted((one, other) => urgency[one.state] - urgency[other.state]);
  const rest = sorted.length - mostRows;
  return html`
    <ul class="tray-rows" tabindex="0" aria-label="Files">
      ${repeat(sorted.slice(0, mostRows), ({ id }) => id, row)}
      ${rest > 0 ? html`<li class="tray-rest">… and ${countOf(rest, 'more file', 'more files')}</li>` : nothing}
    </ul>
  `;
};

const words: Record<Upload['state'], string> = {
  waiting: 'waiting',
  sending: 'uploading',
  sent: 'uploaded',
  refused: 'refused',
  broken: 'broke off',
  cancelled: 'cancelled',
};

const row = (upload: Upload): TemplateResult => {
  const { id, name, state, reason, sentBytes, sizeBytes } = upload;
  const isBusy = state === 'waiting' || state === 'sending';
  const mayRetry = state === 'broken' || state === 'cancelled';
  return html`
    <li class="upload is-${state}">
      <p class="upload-name" title=${name}>${name}</p>
      <p class="upload-state">
        ${state === 'sending' && sizeBytes > 0 ? `${Math.min(100, Math.round((sentBytes / sizeBytes) * 100))} %` : words[state]}
      </p>
      ${isBusy ? html`<button class="plain icon-only" aria-label="Cancel the upload of ${name}" @click=${() => uploads.cancel(id)}>${icon('close')}</button>` : nothing}
      ${mayRetry ? html`<button class="plain icon-only" aria-label="Upload ${name} again" @click=${() => uploads.retry(id)}>${icon('retry')}</button>` : nothing}
      ${state === 'sending' ? html`<progress max=${sizeBytes || 1} .value=${sentBytes} aria-label="Upload of ${name}"></progress>` : nothing}
      ${reason ? html`<p class="upload-reason">${reason}</p>` : nothing}
    </li>
  `;
};
