import { html, nothing, type TemplateResult } from 'lit/html.js';
import { stepDefinition, stepNames } from '#lib/images/steps.ts';
import { icon } from '../parts/icons.ts';
import { styled } from '../parts/styled.ts';
import { findPreview } from '../uploads/previews.ts';
import { hasEnded, type Picture } from './collection.ts';
import type { Box } from './justified-layout.ts';
import { thumbnailPath, toRatio, toSrcset } from './pictures.ts';
import { isSelected } from './selection.ts';
import {
  endPress,
  onCheckboxClick,
  onTileClick,
  onTileContextMenu,
  onTilePointerDown,
  onTilePointerMove,
} from './selection-input.ts';
import type { Shown } from './shown-picture.ts';

type Placed = { box: Box; index: number; isCurrent: boolean };

/** One picture of the sheet. */
export const tile = (picture: Picture, { box, index, isCurrent }: Placed): TemplateResult => {
  const { image_id: id, original_name: name } = picture;
  const selected = isSelected(id);
  return html`
    <li
      class="tile ${selected ? 'is-selected' : ''} is-${picture.status}"
      data-index=${index}
      ${styled({
        transform: `translate(${box.x}px, ${box.y}px)`,
        width: `${box.width}px`,
        height: `${box.height}px`,
      })}
    >
      <button
        class="tile-button"
        aria-label=${toLabel(picture)}
        tabindex=${isCurrent ? 0 : -1}
        @click=${(event: MouseEvent) => onTileClick(event, id)}
        @pointerdown=${(event: PointerEvent) => onTilePointerDown(event, id)}
        @pointermove=${onTilePointerMove}
        @pointerup=${endPress}
        @pointercancel=${endPress}
        @contextmenu=${onTileContextMenu}
      >
        <shown-picture .shown=${toShown(picture, { sizes: `${Math.ceil(box.width)}px` })}></shown-picture>
        ${picture.status === 'failed' ? html`<span class="tile-error">${icon('warning')} <span>${picture.error ?? 'Failed'}</span></span>` : nothing}
        ${hasEnded(picture) ? nothing : stepBar(picture)}
      </button>
      <button
        class="tile-checkbox"
        role="checkbox"
        aria-checked=${selected}
        aria-label="Select ${name}"
        tabindex=${isCurrent ? 0 : -1}
        @click=${(event: MouseEvent) => onCheckboxClick(event, id)}
      >${icon('check')}</button>
      <p class="name" aria-hidden="true" title=${name}>${name}</p>
    </li>
  `;
};

/**
 * What `<shown-picture>` needs of a record. With `sizes`, the browser picks the width that fits; the
 * variants of a `srcset` are made at their first request, so it is for pictures on the screen only.
 */
export const toShown = (
  picture: Picture,
  { size = 'small', sizes }: { size?: 'small' | 'medium'; sizes?: string } = {},
): Shown => {
  const isReady = picture.steps.thumbnails.state === 'done';
  return {
    id: picture.image_id,
    path: isReady ? thumbnailPath(picture, size) : findPreview(picture.image_id)?.url,
    srcset: isReady && sizes ? toSrcset(picture) : undefined,
    sizes,
    placeholder: picture.placeholder,
    color: picture.dominant_color,
    ratio: toRatio(picture),
  };
};

const toLabel = (picture: Picture): string => {
  const { original_name: name, status, error } = picture;
  if (status === 'failed') return `Open ${name}, failed${error ? `: ${error}` : ''}`;
  return status === 'done' ? `Open ${name}` : `Open ${name}, ${status}`;
};

const stepBar = ({ steps }: Picture): TemplateResult => html`
  <span class="steps">
    ${stepNames.map(
      (name) =>
        html`<span class="step is-${steps[name].state}" title=${stepDefinition(name).label}></span>`,
    )}
  </span>
`;
