import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { currentFilter, navigate, replaceRoute } from '../parts/route.ts';
import { styled } from '../parts/styled.ts';
import { countDays, type DaySpan, daysBefore } from './day-span.ts';
import { type Day, formatDay } from './days.ts';
import type { Layout } from './justified-layout.ts';
import { type Tick, ticksOfSheet, ticksOfSpan } from './scrubber-ticks.ts';

/** Of a sheet whose pictures are all loaded. */
const stepsOfSheet = 1000;
/** A shorter sheet is scrolled as quickly. */
const minScreens = 3;
/** Pixels that the header and the toolbar cover. */
const covered = 140;

/** With `span`, there are more pictures than are loaded: the slider is a scale of days then. */
type Scale = { days: readonly Day[]; layout: Layout; offset: number; span?: DaySpan | undefined };

let slider: HTMLInputElement | undefined;
let scale: Scale | undefined;
/** A day that the slider was moved to, whose pictures are not loaded. */
let wanted: string | undefined;

const onSlider = (element: Element | undefined): void => {
  slider = element instanceof HTMLInputElement ? element : undefined;
  moveScrubber();
};

let scrollablePixels = 1;
const scrollable = (): number => scrollablePixels;

/** Called after a layout: reading the height after a rendering would force another one. */
export const measureScrollable = (): void => {
  scrollablePixels = Math.max(1, document.documentElement.scrollHeight - innerHeight);
  moveScrubber();
};

/** The day at the scroll position: at the top of the window first, at its bottom in the end. */
const dayInView = ({ days, layout, offset }: Scale): Day | undefined => {
  const y = scrollY - offset + covered + (innerHeight - covered) * (scrollY / scrollable());
  const index = layout.headings.findLastIndex((heading) => heading.y <= y + 1);
  return days[Math.max(0, index)];
};

/** Scrolls to where dayInView() is the day that begins at `y` in the sheet. */
const scrollToHeading = (y: number, offset: number): void =>
  scrollTo({ top: (y + offset - covered) / (1 + (innerHeight - covered) / scrollable()) });

const readPosition = (current: Scale): { value: number; text: string } => {
  const { span } = current;
  const inView = dayInView(current);
  const { to } = currentFilter();
  if (!span)
    return {
      value: Math.round((scrollY / scrollable()) * stepsOfSheet),
      text: inView ? formatDay(inView) : '',
    };
  const day = wanted ?? (scrollY < 1 && to ? to : (inView?.day ?? to ?? span.newest));
  const isJoined = !wanted && inView?.day === day;
  return {
    value: countDays(day, span.newest),
    text: formatDay(isJoined ? inView : { day, first: 0 }),
  };
};

/** Follows the scroll position, without a rendering. */
export const moveScrubber = (): void => {
  if (!slider || !scale) return;
  const { value, text } = readPosition(scale);
  slider.value = String(value);
  slider.setAttribute('aria-valuetext', text);
  slider.parentElement?.style.setProperty('--at', String(value / Number(slider.max)));
  const bubble = slider.parentElement?.querySelector('output');
  if (bubble && bubble.textContent !== text) bubble.textContent = text;
};

const onInput = ({ target }: Event): void => {
  if (!(target instanceof HTMLInputElement) || !scale) return;
  const { span } = scale;
  wanted = undefined;
  if (!span) scrollTo({ top: (target.valueAsNumber / stepsOfSheet) * scrollable() });
  else showDay(daysBefore(span.newest, target.valueAsNumber), scale);
};

/** Scrolls to a day that is loaded; another one is loaded when the slider is released. */
const showDay = (day: string, { days, layout, offset }: Scale): void => {
  const index = days.findIndex((each) => (each.last ?? each.day) <= day);
  const isAbove = index === 0 && day > (days[0]?.day ?? '');
  const heading = layout.headings[index];
  if (heading && !isAbove) scrollToHeading(heading.y, offset);
  else wanted = day;
  moveScrubber();
};

const onRelease = (): void => {
  if (wanted === undefined || !scale?.span) return;
  const { to: before, ...rest } = currentFilter();
  const to = wanted < scale.span.newest ? wanted : undefined;
  wanted = undefined;
  scrollTo({ top: 0 });
  const route = { view: 'pictures', ...rest, ...(to && { to }) } as const;
  if (before === undefined) navigate(route);
  else replaceRoute(route); // one entry in the history, however often it is moved
};

/** Browsers take these keys the other way round where the first value is on top. */
const onKey = (event: KeyboardEvent): void => {
  const direction = { PageUp: -1, PageDown: 1 }[event.key];
  if (!direction || !slider) return;
  event.preventDefault();
  slider.valueAsNumber += (direction * Number(slider.max)) / 10;
  slider.dispatchEvent(new Event('input'));
  slider.dispatchEvent(new Event('change'));
};

/** The months beside the sheet, to scroll by, or to load another day's pictures; nothing where they fit. */
export const scrubber = (next: Scale): TemplateResult | typeof nothing => {
  scale = next;
  const { days, layout, span } = next;
  const isShort = days.length < 2 || layout.height < innerHeight * minScreens;
  if (span ? span.newest === span.oldest : isShort) return nothing;
  queueMicrotask(moveScrubber);
  const ticks = span ? ticksOfSpan(span) : ticksOfSheet(days, layout);
  const max = span ? countDays(span.oldest, span.newest) : stepsOfSheet;
  return html`
    <div class="scrubber">
      ${ticks.map(tickView)}
      <input
        type="range" min="0" max=${max} step="1" aria-label="Date"
        ${ref(onSlider)} @input=${onInput} @change=${onRelease} @keydown=${onKey}
      />
      <output aria-hidden="true"></output>
    </div>
  `;
};

const tickView = ({ label, at }: Tick): TemplateResult =>
  html`<span aria-hidden="true" ${styled({ top: `${at * 100}%` })}>${label}</span>`;
