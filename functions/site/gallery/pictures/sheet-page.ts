import { html, nothing, type TemplateResult } from 'lit/html.js';
import { resolveUrl, toMessage } from '../parts/api.ts';
import { formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { currentRoute, navigate, onRoute, type Route } from '../parts/route.ts';
import { knownStats } from '../stats/counters.ts';
import { openFilePicker, openFolderPicker } from '../uploads/file-picker.ts';
import type { Status } from './collection.ts';
import { densities, density, setDensity } from './density.ts';
import { failureReasons } from './failure-reasons.ts';
import { pictures } from './pictures.ts';
import { selectionBar } from './selection-bar.ts';
import { sheet } from './sheet.ts';

const filters: readonly { status: Status | undefined; label: string }[] = [
  { status: undefined, label: 'All' },
  { status: 'queued', label: 'Queued' },
  { status: 'processing', label: 'Processing' },
  { status: 'done', label: 'Done' },
  { status: 'failed', label: 'Failed' },
];

/** The sheet with its toolbar, or what is shown while it is empty. */
export const picturesPage = (): TemplateResult => html`
  <h1 class="visually-hidden">Pictures</h1>
  ${toolbar()}
  ${failureReasons()}
  ${pictures.all().length > 0 ? sheet() : emptyView()}
  ${below()}
`;

const toolbar = (): TemplateResult => {
  const stats = knownStats();
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
      ${densitySwitch()}
      ${selectionBar()}
    </div>
  `;
};

const densityIcons = { small: 'gridSmall', medium: 'gridMedium', large: 'gridLarge' } as const;

const densitySwitch = (): TemplateResult => html`
  <div class="densities" role="group" aria-label="Picture size">
    ${densities.map(
      (each) => html`
        <button
          aria-label="Show ${each} pictures"
          title="Show ${each} pictures"
          aria-pressed=${density() === each}
          @click=${() => setDensity(each)}
        >${icon(densityIcons[each])}</button>
      `,
    )}
  </div>
`;

const show = (status: Status | undefined): void => {
  scrollTo({ top: 0 });
  navigate({ view: 'pictures', ...(status && { status }) });
};

/** Loads the pictures that the URL selects, now and whenever it changes. */
export const followFilter = (): void => {
  const follow = (route: Route) => {
    if (route.view !== 'pictures') return;
    if (pictures.hasStarted() && route.status === pictures.filter()) return;
    void pictures.showOnly(route.status);
  };
  onRoute(follow);
  follow(currentRoute());
};

const emptyView = (): TemplateResult => {
  const failure = pictures.failure();
  if (failure)
    return html`
      <section class="empty-state" role="alert">
        ${icon('warning')}
        <h2>The pictures could not be loaded</h2>
        <p>${toMessage(failure)}</p>
        <button class="main" @click=${() => pictures.more()}>${icon('retry')} Try again</button>
      </section>
    `;
  if (!pictures.hasStarted() || pictures.isLoading()) return skeletons();
  const filter = pictures.filter();
  if (filter)
    return html`
      <section class="empty-state">
        ${icon('pictures')}
        <h2>No picture is ${filter === 'processing' ? 'being processed' : filter} now</h2>
        <button class="plain" @click=${() => show(undefined)}>Show all</button>
      </section>
    `;
  return empty();
};

const empty = (): TemplateResult => html`
  <section class="empty-state is-empty">
    <div class="empty-art" aria-hidden="true"><span></span><span></span><span></span></div>
    <h2>No pictures yet</h2>
    <p>
      Drop pictures or whole folders anywhere on this page, paste them, or choose files.
      Thumbnails, EXIF and a caption appear while they are processed.
    </p>
    <div class="actions">
      <button class="main" @click=${openFilePicker}>${icon('add')} Choose pictures</button>
      <button class="plain" @click=${openFolderPicker}>${icon('folder')} Choose a folder</button>
    </div>
    <p class="hint">Or from a terminal:</p>
    <pre><code>curl -F file=@photo.jpg ${resolveUrl('api/images')}</code></pre>
  </section>
`;

const skeletons = (): TemplateResult => html`
  <div class="skeletons" role="status" aria-label="Loading pictures">
    ${Array.from({ length: 18 }, () => html`<span></span>`)}
  </div>
`;

const below = (): TemplateResult | typeof nothing => {
  if (pictures.all().length === 0) return nothing;
  const failure = pictures.failure();
  if (failure)
    return html`
      <p class="sheet-end" role="alert">
        ${toMessage(failure)}
        <button class="plain" @click=${() => pictures.more()}>${icon('retry')} Try again</button>
      </p>
    `;
  if (pictures.hasMore()) return html`<p class="sheet-end" aria-hidden="true">Loading more …</p>`;
  return html`<p class="sheet-end">${formatCount(pictures.all().length, 'picture')}</p>`;
};
