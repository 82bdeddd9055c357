import { html, type TemplateResult } from 'lit/html.js';
import { styled } from '../parts/styled.ts';

type Part = { name: string; count: number };

/** Shares of a whole, as a bar and as a list. */
export const share = (label: string, parts: readonly Part[]): TemplateResult => {
  const some = parts.filter(({ count }) => count > 0);
  if (some.length === 0) return html`<p class="muted">None yet.</p>`;
  return html`
    <div class="share" aria-hidden="true">
      ${some.map(({ name, count }) => html`<span class="is-${name}" ${styled({ 'flex-grow': String(count) })}></span>`)}
    </div>
    <ul class="legend" aria-label=${label}>
      ${some.map(({ name, count }) => html`<li class="is-${name}">${name} <b>${count.toLocaleString('en')}</b></li>`)}
    </ul>
  `;
};
