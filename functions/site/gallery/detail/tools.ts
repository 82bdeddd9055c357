import { html, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import type { Picture } from '../pictures/collection.ts';
import { copyLinks } from '../pictures/links.ts';
import { downloadOriginal, openOriginal } from './original.ts';
import { toggleFullScreen, zoomByKey } from './zoom.ts';
import type { Zoom } from './zoom-math.ts';

export const zoomTools = ({ scale }: Zoom): TemplateResult => html`
  <div class="zoom-tools" role="group" aria-label="Zoom">
    <button class="plain icon-only" aria-label="Zoom out" title="Zoom out (-)" ?disabled=${scale <= 1} @click=${() => zoomByKey('-')}>${icon('minus')}</button>
    <span role="status" class="zoom-scale">${Math.round(scale * 100)} %</span>
    <button class="plain icon-only" aria-label="Zoom in" title="Zoom in (+)" @click=${() => zoomByKey('+')}>${icon('add')}</button>
    <button class="plain icon-only" aria-label="Full screen" title="Full screen (F)" @click=${toggleFullScreen}>${icon('fullScreen')}</button>
  </div>
`;

export const originalButtons = (picture: Picture): TemplateResult => html`
  <button class="plain" @click=${() => openOriginal(picture)}>${icon('original')} Open original</button>
  <button class="plain" @click=${() => downloadOriginal(picture)}>${icon('download')} Download</button>
`;

export const copyButtons = (picture: Picture): TemplateResult => html`
  <div class="copy-links" role="group" aria-label="Copy a link">
    ${icon('link')}<span class="muted">Copy</span>
    ${(['link', 'Markdown', '<img>'] as const).map(
      (format) =>
        html`<button class="plain" aria-label="Copy as ${format}" @click=${() => copyLinks([picture], format)}>${format}</button>`,
    )}
  </div>
`;
