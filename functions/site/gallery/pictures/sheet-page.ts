import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { go } from '../parts/route.ts';
import { addressOf, reasonOf } from '../parts/server.ts';
import { countOf } from '../parts/words.ts';
import { knownStats } from '../stats/counters.ts';
import { chooseFiles, chooseFolder } from '../uploads/choose-files.ts';
import { chooseOnly, chosenIds } from './chosen.ts';
import type { Status } from './collection.ts';
import { pictures } from './pictures.ts';
import { remove } from './removals.ts';
import { sheet } from './sheet.ts';

const filters: readonly { status: Status | undefined; label: string }[] = [
  { status: undefined, label: 'All' },
  { status: 'queued', label: 'Queued' },
  { status: 'processing', label: 'Processing' },
  { status: 'done', label: 'Done' },
  { status: 'failed', label: 'Failed' },
];

/** The contact sheet, with what is above it, and what stands there while there is none. */
export const picturesPage = (): TemplateResult => html`
  <h1 class="unseen">Pictures</h1>
  ${toolbar()}
  ${pictures.all().length > 0 ? sheet() : insteadOfSheet()}
  ${below()}
`;

const toolbar = (): TemplateResult => {
  const stats = knownStats();
  const chosen = chosenIds();
  return html`
    <div class="toolbar">
      <div class="chips" role="group" aria-label="Filter by status">
        ${filters.map(({ status, label }) => {
          const count = stats && (status ? stats[status] : stats.total);
          return html`
            <button
              class="chip"
              aria-pressed=${pictures.filter() === status}
              @click=${() => show(status)}
            >
              ${label}${count === undefined ? nothing : html` <span class="count">${count.toLocaleString('en')}</span>`}
            </button>
          `;
        })}
      </div>
      ${chosen.length > 0 ? choice(chosen) : nothing}
    </div>
  `;
};

const show = (status: Status | undefined): void => {
  scrollTo({ top: 0 });
  void pictures.showOnly(status);
};

const choice = (chosen: readonly string[]): TemplateResult => html`
  <div class="choice" role="group" aria-label="Chosen pictures">
    <span>${chosen.length} chosen</span>
    <button
      class="plain"
      ?disabled=${chosen.length > 2}
      title=${chosen.length > 2 ? 'An edit takes one or two pictures' : ''}
      @click=${() => go({ view: 'edits' })}
    >${icon('wand')} Edit</button>
    <button class="plain" @click=${() => remove(chosen)}>${icon('remove')} Delete</button>
    <button class="plain icon-only" aria-label="Choose none" @click=${() => chooseOnly([])}>
      ${icon('close')}
    </button>
  </div>
`;

const insteadOfSheet = (): TemplateResult => {
  const failure = pictures.failure();
  if (failure)
    return html`
      <section class="blank" role="alert">
        ${icon('warning')}
        <h2>The pictures could not be loaded</h2>
        <p>${reasonOf(failure)}</p>
        <button class="main" @click=${() => pictures.more()}>${icon('retry')} Try again</button>
      </section>
    `;
  if (!pictures.hasBegun() || pictures.isLoading()) return ghosts();
  const filter = pictures.filter();
  if (filter)
    return html`
      <section class="blank">
        ${icon('pictures')}
        <h2>No picture is ${filter === 'processing' ? 'being processed' : filter} now</h2>
        <button class="plain" @click=${() => show(undefined)}>Show all</button>
      </section>
    `;
  return empty();
};

const empty = (): TemplateResult => html`
  <section class="blank is-empty">
    <div class="tray-art" aria-hidden="true"><span></span><span></span><span></span></div>
    <h2>The sheet is empty</h2>
    <p>
      Drop pictures or whole folders anywhere on this page, paste them, or choose them.
      Thumbnails, EXIF and a caption develop while you watch.
    </p>
    <div class="actions">
      <button class="main" @click=${chooseFiles}>${icon('add')} Choose pictures</button>
      <button class="plain" @click=${chooseFolder}>${icon('folder')} Choose a folder</button>
    </div>
    <p class="hint">Or from a terminal:</p>
    <pre><code>curl -F file=@photo.jpg ${addressOf('api/images')}</code></pre>
  </section>
`;

const ghosts = (): TemplateResult => html`
  <div class="ghosts" role="status" aria-label="Loading pictures">
    ${Array.from({ length: 18 }, () => html`<span></span>`)}
  </div>
`;

const below = (): TemplateResult | typeof nothing => {
  if (pictures.all().length === 0) return nothing;
  const failure = pictures.failure();
  if (failure)
    return html`
      <p class="sheet-end" role="alert">
        ${reasonOf(failure)}
        <button class="plain" @click=${() => pictures.more()}>${icon('retry')} Try again</button>
      </p>
    `;
  if (pictures.hasMore()) return html`<p class="sheet-end" aria-hidden="true">Loading more …</p>`;
  return html`<p class="sheet-end">${countOf(pictures.all().length, 'picture')}</p>`;
};
