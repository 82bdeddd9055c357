import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { styled } from '../parts/styled.ts';
import { type Day, formatDay } from './days.ts';
import type { Layout } from './justified-layout.ts';

/** Parts of the height that two labels keep between them. */
const minDistance = 0.05;
const steps = 1000;
/** A shorter sheet is scrolled as quickly. */
const minScreens = 3;

type Scale = { days: readonly Day[]; layout: Layout; offset: number };

let slider: HTMLInputElement | undefined;
let scale: Scale | undefined;

const onSlider = (element: Element | undefined): void => {
  slider = element instanceof HTMLInputElement ? element : undefined;
  moveScrubber();
};

const scrollable = (): number => Math.max(1, document.documentElement.scrollHeight - innerHeight);

/** The day at a height of the sheet. */
const dayAt = ({ days, layout }: Scale, y: number): Day | undefined => {
  const index = layout.headings.findLastIndex((heading) => heading.y <= y + 1);
  return days[Math.max(0, index)];
};

/** Follows the scroll position, without a rendering. */
export const moveScrubber = (): void => {
  if (!slider || !scale) return;
  slider.value = String(Math.round((scrollY / scrollable()) * steps));
  const day = dayAt(scale, scrollY - scale.offset + innerHeight * (scrollY / scrollable()));
  const text = day ? formatDay(day) : '';
  slider.setAttribute('aria-valuetext', text);
  slider.parentElement?.style.setProperty('--at', String(scrollY / scrollable()));
  const bubble = slider.parentElement?.querySelector('output');
  if (bubble && bubble.textContent !== text) bubble.textContent = text;
};

const onInput = ({ target }: Event): void => {
  if (!(target instanceof HTMLInputElement)) return;
  scrollTo({ top: (target.valueAsNumber / steps) * scrollable() });
};

/** The months of the loaded pictures beside the sheet, to scroll by; nothing where they fit. */
export const scrubber = (next: Scale): TemplateResult | typeof nothing => {
  scale = next;
  const { days, layout } = next;
  if (days.length < 2 || layout.height < innerHeight * minScreens) return nothing;
  queueMicrotask(moveScrubber);
  return html`
    <div class="scrubber">
      ${ticks(next).map(({ label, at }) => html`<span aria-hidden="true" ${styled({ top: `${at * 100}%` })}>${label}</span>`)}
      <input type="range" min="0" max=${steps} step="1" aria-label="Date" ${ref(onSlider)} @input=${onInput} />
      <output aria-hidden="true"></output>
    </div>
  `;
};

/** The first day of each month, where there is room. */
const ticks = ({ days, layout }: Scale): { label: string; at: number }[] => {
  const shown: { label: string; at: number }[] = [];
  let month = '';
  days.forEach((each, index) => {
    const { day } = each;
    const at = (layout.headings[index]?.y ?? 0) / layout.height;
    const last = shown.at(-1);
    const isNew = day.slice(0, 7) !== month;
    month = day.slice(0, 7);
    if (isNew && at < 0.97 && (!last || at - last.at >= minDistance))
      shown.push({ label: formatDay(each, 'month'), at });
  });
  return shown;
};
