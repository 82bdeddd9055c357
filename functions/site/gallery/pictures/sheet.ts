import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { announce } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute } from '../parts/route.ts';
import { styled } from '../parts/styled.ts';
import type { Picture } from './collection.ts';
import { daySpan } from './day-span.ts';
import { type Day, formatDay, groupByDay, joinShortDays } from './days.ts';
import { remove } from './deletions.ts';
import { targetRowHeight } from './density.ts';
import { justify, type Layout, moveByKey, visibleRange } from './justified-layout.ts';
import { pictures, toRatio } from './pictures.ts';
import { measureScrollable, moveScrubber, scrubber } from './scrubber.ts';
import { hasSelection, selectedIds, toggleSelected } from './selection.ts';
import { extendSelection } from './selection-input.ts';
import { tile } from './tile.ts';

let list: HTMLElement | undefined;
/** Index of the picture that can be reached with the Tab key. */
let current = 0;
let wantsFocus = false;
/**
 * Measured when the sheet or the window changes size, and on scroll events: measuring after a
 * rendering would force another layout.
 */
let width = 0;
let offset = 0;
let scrolled = scrollY;
let drawn = '';

let known:
  | { key: string; all: readonly Picture[]; days: readonly Day[]; layout: Layout }
  | undefined;

/** Computed again only when the pictures, the width or the row height have changed. */
const layoutNow = (): Layout => arrange().layout;

const arrange = () => {
  const all = pictures.all();
  const rowHeight = targetRowHeight();
  const key = `${width} ${rowHeight}`;
  if (known?.key === key && known.all === all) return known;
  const ratios = all.map((picture) => toRatio(picture) ?? 1);
  const rowRatio = width / rowHeight;
  const days = joinShortDays(groupByDay(all, pictures.filter()), ratios, rowRatio);
  const groups = days.map(({ first }) => first);
  known = { key, all, days, layout: justify(ratios, { width, rowHeight, groups }) };
  return known;
};

const rangeNow = (spareRows?: number) =>
  visibleRange(layoutNow(), { top: scrolled - offset, viewport: innerHeight }, spareRows);

/** Ids of the pictures in the viewport, that of the open dialog included. */
export const idsInSight = (): readonly string[] => {
  const route = currentRoute();
  if (route.view !== 'pictures') return [];
  const { first, end } = rangeNow(0);
  const ids = pictures
    .all()
    .slice(first, end)
    .map(({ image_id: id }) => id);
  return route.imageId && !ids.includes(route.imageId) ? [...ids, route.imageId] : ids;
};

const measure = (): void => {
  if (!list) return;
  measureScrollable();
  const box = list.getBoundingClientRect();
  const nextOffset = box.top + scrollY;
  if (box.width === width && nextOffset === offset) return;
  width = box.width;
  offset = nextOffset;
  requestRender();
};

const sizes = new ResizeObserver(measure);

const onList = (element: Element | undefined): void => {
  sizes.disconnect();
  list = element instanceof HTMLElement ? element : undefined;
  if (!list) return;
  sizes.observe(list);
  sizes.observe(document.body);
};

const onScroll = (): void => {
  scrolled = scrollY;
  if (currentRoute().view !== 'pictures') return;
  moveScrubber();
  const { first, end } = rangeNow();
  if (`${first}-${end}` !== drawn) requestRender();
};
addEventListener('scroll', onScroll, { passive: true });
addEventListener('resize', () => {
  measureScrollable();
  requestRender();
});

/** Loads the next page before the end is scrolled into view. */
const loadAhead = (): void => {
  if (width === 0) return; // not measured yet
  const isNear = layoutNow().height - (scrolled - offset) < innerHeight * (scrolled > 0 ? 8 : 2.5);
  if (isNear && pictures.hasMore() && !pictures.failure()) void pictures.more();
};

const onKey = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const all = pictures.all();
  const picture = all[current];
  const to = moveByKey(layoutNow(), { key: event.key, index: current });
  if (to !== undefined) {
    const target = all[to];
    if (event.shiftKey && picture && target) extendSelection(picture.image_id, target.image_id);
    moveTo(to);
  } else if (event.key === 'Delete' && picture) {
    remove(hasSelection() ? selectedIds() : [picture.image_id]);
    moveTo(Math.min(current, pictures.all().length - 1));
  } else if (event.key.toLowerCase() === 'x' && picture) toggleSelected(picture.image_id);
  else return;
  event.preventDefault();
};

const moveTo = (index: number): void => {
  current = Math.max(0, index);
  wantsFocus = true;
  const box = layoutNow().boxes[current];
  if (!box) return;
  const top = box.y + offset - 140; // the header and the toolbar cover this much
  const bottom = box.y + offset + box.height + 80;
  if (top < scrollY) scrollTo({ top });
  else if (bottom > scrollY + innerHeight) scrollTo({ top: bottom - innerHeight });
  requestRender();
};

const onFocus = ({ target }: FocusEvent): void => {
  const place = target instanceof Element ? target.closest<HTMLElement>('.tile') : null;
  const index = Number(place?.dataset['index'] ?? current);
  if (index === current) return;
  current = index;
  requestRender();
};

/** After a rendering: moves the focus, and loads the next page where the end is near. */
export const afterSheet = (): void => {
  if (currentRoute().view !== 'pictures') return;
  loadAhead();
  if (!wantsFocus) return;
  wantsFocus = false;
  list?.querySelector<HTMLElement>(`[data-index="${current}"] .tile-button`)?.focus({
    preventScroll: true,
  });
};

/** Returns the focus to the picture that was open. */
export const focusPicture = (id: string): void => {
  const index = pictures.all().findIndex(({ image_id }) => image_id === id);
  if (index >= 0) moveTo(index);
};

let announcedText = '';
const announceCount = (count: number): void => {
  const filter = pictures.filter();
  const text = `${count}${pictures.hasMore() ? ' and more' : ''} ${filter.status ?? ''} pictures`;
  if (text === announcedText || pictures.isLoading()) return;
  announcedText = text;
  announce(text);
};

export const sheet = (): TemplateResult => {
  const all = pictures.all();
  const { layout, days } = arrange();
  const { first, end } = rangeNow();
  drawn = `${first}-${end}`;
  current = Math.max(0, Math.min(current, all.length - 1));
  queueMicrotask(() => announceCount(all.length));
  const indexes = Array.from({ length: width === 0 ? 0 : end - first }, (_, at) => first + at);
  // The focused picture stays in the document when it is scrolled out of the viewport.
  const isOutside = width > 0 && (current < first || current >= end) && current < all.length;
  const drawnIndexes = isOutside ? [...indexes, current] : indexes;
  return html`
    <ul
      class="sheet ${hasSelection() ? 'is-selecting' : ''}"
      aria-label=${pictures.filter().sort ? 'Pictures, last taken first' : 'Pictures, newest first'}
      aria-busy=${pictures.isLoading()}
      ${ref(onList)}
      ${styled({ height: `${layout.height}px` })}
      @keydown=${onKey}
      @focusin=${onFocus}
    >
      ${layout.headings.map(({ index, y }, at) =>
        width > 0 && index >= first && index < end
          ? html`<li class="day" ${styled({ transform: `translateY(${y}px)` })}><h2>${formatDay(days[at] ?? { day: '', first: 0 })}</h2></li>`
          : nothing,
      )}
      ${repeat(
        drawnIndexes,
        (index) => all[index]?.image_id,
        (index) => {
          const picture = all[index];
          const box = layout.boxes[index];
          return picture && box
            ? tile(picture, { box, index, isCurrent: index === current })
            : nothing;
        },
      )}
    </ul>
  `;
};

/** Beside the sheet, also while it is loaded from another day on: the slider keeps the focus. */
export const dateSlider = (): TemplateResult | typeof nothing => {
  const { layout, days } = arrange();
  const filter = pictures.filter();
  const isPart = pictures.hasMore() || filter.to !== undefined;
  const isStarted = pictures.hasStarted() || filter.to !== undefined;
  const span = isPart && isStarted ? daySpan(filter) : undefined;
  return scrubber({ days, layout, offset, span });
};
