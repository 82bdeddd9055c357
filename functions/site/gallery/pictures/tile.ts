import { html, nothing, type TemplateResult } from 'lit/html.js';
import { stepDefinition, stepNames } from '#lib/images/steps.ts';
import { icon } from '../parts/icons.ts';
import { navigate } from '../parts/route.ts';
import { styled } from '../parts/styled.ts';
import { hasEnded, type Picture } from './collection.ts';
import { thumbnailPath } from './pictures.ts';
import { isSelected, toggleSelected } from './selection.ts';

type Placed = { x: number; y: number; size: number; index: number; isCurrent: boolean };

/** One picture of the sheet. */
export const tile = (
  picture: Picture,
  { x, y, size, index, isCurrent }: Placed,
): TemplateResult => {
  const { image_id: id, original_name: name } = picture;
  const selected = isSelected(id);
  return html`
    <li
      class="tile ${selected ? 'is-selected' : ''} is-${picture.status}"
      data-index=${index}
      ${styled({ transform: `translate(${x}px, ${y}px)`, width: `${size}px` })}
    >
      <button
        class="tile-button"
        aria-label=${toLabel(picture)}
        tabindex=${isCurrent ? 0 : -1}
        @click=${() => navigate({ view: 'pictures', imageId: id })}
        ${styled({ height: `${size}px` })}
      >
        <shown-picture .shown=${toShown(picture)}></shown-picture>
        ${picture.status === 'failed' ? html`<span class="tile-error">${icon('warning')}</span>` : nothing}
        ${hasEnded(picture) ? nothing : stepBar(picture)}
      </button>
      <button
        class="tile-checkbox"
        role="checkbox"
        aria-checked=${selected}
        aria-label="Select ${name}"
        tabindex=${isCurrent ? 0 : -1}
        @click=${() => toggleSelected(id)}
      >${icon('check')}</button>
      <p class="name" aria-hidden="true" title=${name}>${name}</p>
    </li>
  `;
};

export const toShown = (picture: Picture, size: 'small' | 'medium' = 'small') => {
  const { width, height } = picture.metadata;
  return {
    path: picture.steps.thumbnails.state === 'done' ? thumbnailPath(picture, size) : undefined,
    placeholder: picture.placeholder,
    color: picture.dominant_color,
    ratio: width && height ? width / height : undefined,
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
