import { html, nothing, type TemplateResult } from 'lit/html.js';
import { requestRender } from '../parts/render.ts';
import { styled } from '../parts/styled.ts';
import type { Picture } from '../pictures/collection.ts';
import { changePicture } from './change-picture.ts';
import { resetZoom } from './zoom.ts';

/** Fractions of width and height from the top left, of the picture that is being changed. */
type Draft = { id: string; x: number; y: number };

let draft: Draft | undefined;
let isSaving = false;

const setDraft = (next: Draft | undefined): void => {
  draft = next;
  requestRender();
};

export const isFocalPointOpen = (id: string): boolean => draft?.id === id;

export const startFocalPoint = ({ image_id: id, focal_point: point }: Picture): void => {
  resetZoom();
  setDraft({ id, ...(point ?? { x: 0.5, y: 0.5 }) });
};

const toFraction = (value: number): number =>
  Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;

/** Puts the point where the picture was pressed. */
export const placeFocalPoint = (event: PointerEvent): void => {
  const { currentTarget: figure, target } = event;
  if (!draft || !(figure instanceof Element) || !(target instanceof Element)) return;
  const box = figure.querySelector('shown-picture')?.getBoundingClientRect();
  if (!box || target.closest('button')) return;
  const x = toFraction((event.clientX - box.x) / box.width);
  const y = toFraction((event.clientY - box.y) / box.height);
  setDraft({ ...draft, x, y });
};

/** The dot on the picture. */
export const focalDot = (id: string): TemplateResult | typeof nothing =>
  draft?.id === id
    ? html`<span class="focal-dot" ${styled({ left: `${draft.x * 100}%`, top: `${draft.y * 100}%` })}></span>`
    : nothing;

/** The same point by two sliders, for the keyboard; nothing while no point is being set. */
export const focalPointForm = (picture: Picture): TemplateResult | typeof nothing => {
  const { image_id: id } = picture;
  if (draft?.id !== id) return nothing;
  return html`
    <form class="part focal-form" @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      if (draft) void save(id, { x: draft.x, y: draft.y });
    }}>
      <h3>Focal point</h3>
      <p class="muted">What crops keep in view. Click into the picture, or move the sliders.</p>
      ${slider('From the left', 'x')} ${slider('From the top', 'y')}
      <div class="actions">
        <button class="main" ?disabled=${isSaving}>Save</button>
        <button type="button" class="plain" @click=${() => setDraft(undefined)}>Cancel</button>
        ${picture.focal_point ? html`<button type="button" class="plain" ?disabled=${isSaving} @click=${() => save(id, null)}>Remove</button>` : nothing}
      </div>
    </form>
  `;
};

const slider = (label: string, axis: 'x' | 'y'): TemplateResult => html`
  <label>
    ${label}
    <input
      type="range" min="0" max="100" .value=${String(Math.round((draft?.[axis] ?? 0.5) * 100))}
      @input=${({ target }: Event) => {
        if (draft && target instanceof HTMLInputElement)
          setDraft({ ...draft, [axis]: toFraction(target.valueAsNumber / 100) });
      }}
    />
  </label>
`;

const save = async (id: string, point: Picture['focal_point']): Promise<void> => {
  isSaving = true;
  requestRender();
  const isSaved = await changePicture(id, { focal_point: point });
  isSaving = false;
  if (isSaved) setDraft(undefined);
  else requestRender();
};
