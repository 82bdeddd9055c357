import { html, type TemplateResult } from 'lit/html.js';
import type { Shown } from '../pictures/shown-picture.ts';
import { requestRender } from './render.ts';
import { styled } from './styled.ts';

/** Percent of the width at which each comparison is divided, by its name. */
const divisions = new Map<string, number>();

/** Two pictures over each other: `before` on the left of a divider that is moved, `after` on the right. */
export const compare = (name: string, before: Shown, after: Shown): TemplateResult => {
  const at = divisions.get(name) ?? 50;
  const ratio = after.ratio ?? before.ratio ?? 1;
  return html`
    <div class="compare" ${styled({ '--ratio': String(ratio), '--at': `${at}%` })}>
      <shown-picture .shown=${after}></shown-picture>
      <shown-picture class="compare-before" .shown=${before}></shown-picture>
      <span class="compare-line" aria-hidden="true"></span>
      <input
        type="range" min="0" max="100" aria-label="Divide between before, on the left, and after"
        .value=${String(at)}
        @input=${({ target }: Event) => {
          if (!(target instanceof HTMLInputElement)) return;
          divisions.set(name, target.valueAsNumber);
          requestRender();
        }}
      />
    </div>
  `;
};
