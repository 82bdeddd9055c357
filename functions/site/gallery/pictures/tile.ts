import { html, nothing, type TemplateResult } from 'lit/html.js';
import { stepDefinition, stepNames } from '#lib/images/steps.ts';
import { icon } from '../parts/icons.ts';
import { go } from '../parts/route.ts';
import { styled } from '../parts/styled.ts';
import { isChosen, toggleChosen } from './chosen.ts';
import { isEnded, type Picture } from './collection.ts';
import { thumbnailOf } from './pictures.ts';

type Placed = { x: number; y: number; size: number; index: number; isCurrent: boolean };

/** One frame of the contact sheet. */
export const tile = (
  picture: Picture,
  { x, y, size, index, isCurrent }: Placed,
): TemplateResult => {
  const { image_id: id, original_name: name } = picture;
  const chosen = isChosen(id);
  return html`
    <li
      class="tile ${chosen ? 'is-chosen' : ''} is-${picture.status}"
      data-index=${index}
      ${styled({ transform: `translate(${x}px, ${y}px)`, width: `${size}px` })}
    >
      <button
        class="frame"
        aria-label=${labelOf(picture)}
        tabindex=${isCurrent ? 0 : -1}
        @click=${() => go({ view: 'pictures', imageId: id })}
        ${styled({ height: `${size}px` })}
      >
        <shown-picture .shown=${shownOf(picture)}></shown-picture>
        ${picture.status === 'failed' ? html`<span class="fault">${icon('warning')}</span>` : nothing}
        ${isEnded(picture) ? nothing : stepsOf(picture)}
      </button>
      <button
        class="tick"
        role="checkbox"
        aria-checked=${chosen}
        aria-label="Choose ${name}"
        tabindex=${isCurrent ? 0 : -1}
        @click=${() => toggleChosen(id)}
      >${icon('check')}</button>
      <p class="name" aria-hidden="true" title=${name}>${name}</p>
    </li>
  `;
};

export const shownOf = (picture: Picture, size: 'small' | 'medium' = 'small') => {
  const { width, height } = picture.metadata;
  return {
    path: picture.steps.thumbnails.state === 'done' ? thumbnailOf(picture, size) : undefined,
    placeholder: picture.placeholder,
    color: picture.dominant_color,
    ratio: width && height ? width / height : undefined,
  };
};

const labelOf = (picture: Picture): string => {
  const { original_name: name, status, error } = picture;
  if (status === 'failed') return `Open ${name}, failed${error ? `: ${error}` : ''}`;
  return status === 'done' ? `Open ${name}` : `Open ${name}, ${status}`;
};

const stepsOf = ({ steps }: Picture): TemplateResult => html`
  <span class="steps">
    ${stepNames.map(
      (name) =>
        html`<span class="step is-${steps[name].state}" title=${stepDefinition(name).label}></span>`,
    )}
  </span>
`;
