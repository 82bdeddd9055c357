import { html, nothing, type TemplateResult } from 'lit/html.js';
import { resolveUrl, toMessage } from '../parts/api.ts';
import { formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { currentFilter, currentRoute, navigate, onRoute, type Route } from '../parts/route.ts';
import { openFilePicker, openFolderPicker } from '../uploads/file-picker.ts';
import { formatDay } from './days.ts';
import { failureReasons } from './failure-reasons.ts';
import { pictures } from './pictures.ts';
import { dateSlider, sheet } from './sheet.ts';
import { toolbar } from './toolbar.ts';

/** The sheet with its toolbar, or what is shown while it is empty. */
export const picturesPage = (): TemplateResult => html`
  <h1 class="visually-hidden">Pictures</h1>
  ${toolbar()}
  ${failureReasons()}
  ${upTo()}
  ${pictures.all().length > 0 ? sheet() : emptyView()}
  ${dateSlider()}
  ${below()}
`;

/** Loads the pictures that the URL selects, now and whenever it changes. */
export const followFilter = (): void => {
  const follow = (route: Route) => {
    if (route.view !== 'pictures') return;
    const filter = currentFilter();
    if (pictures.hasStarted() && pictures.hasFilter(filter)) return;
    void pictures.showOnly(filter);
  };
  onRoute(follow);
  follow(currentRoute());
};

/** Newer pictures are left out: where the date slider was moved to, or by the filter. */
const upTo = (): TemplateResult | typeof nothing => {
  const { to, ...rest } = currentFilter();
  if (!to) return nothing;
  return html`
    <p class="up-to">
      Up to ${formatDay({ day: to, first: 0 })}
      <button class="plain" @click=${() => navigate({ view: 'pictures', ...rest })}>Show newer pictures</button>
    </p>
  `;
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
  const { status } = pictures.filter();
  if (!pictures.hasFilter({}))
    return html`
      <section class="empty-state">
        ${icon('pictures')}
        <h2>${status && pictures.hasFilter({ status }) ? `No picture is ${status === 'processing' ? 'being processed' : status} now` : 'No picture fits the filter'}</h2>
        <button class="plain" @click=${() => navigate({ view: 'pictures' })}>Show all</button>
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
    ${Array.from({ length: 72 }, () => html`<span></span>`)}
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
