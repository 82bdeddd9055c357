import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { requestRender } from '../parts/render.ts';
import type { Picture } from '../pictures/collection.ts';
import { changePicture } from './change-picture.ts';

/** The id of the picture whose caption is being edited. */
let edited: string | undefined;
let isSaving = false;

const setEdited = (id: string | undefined): void => {
  edited = id;
  requestRender();
};

/** The caption, who wrote it, and a form to change it. */
export const captionView = (picture: Picture): TemplateResult | typeof nothing => {
  const { image_id: id, caption, caption_by: by } = picture;
  if (edited === id) return form(picture);
  if (picture.file_url === null) return nothing; // it was rejected
  return html`
    <div class="caption-box">
      ${caption ? html`<p class="caption">${caption}</p>` : nothing}
      <p class="row">
        ${caption && by ? html`<span class="muted">Written by a ${by}</span>` : nothing}
        <button class="plain" @click=${() => setEdited(id)}>${icon('pencil')} ${caption ? 'Edit the caption' : 'Add a caption'}</button>
        ${by === 'person' ? html`<button class="plain" ?disabled=${isSaving} @click=${() => save(id, null)}>Remove it</button>` : nothing}
      </p>
    </div>
  `;
};

const form = ({ image_id: id, caption }: Picture): TemplateResult => html`
  <form
    class="caption-form"
    @submit=${(event: SubmitEvent) => onSubmit(event, id)}
    @keydown=${(event: KeyboardEvent) => onKey(event)}
  >
    <label>
      Caption
      <textarea name="caption" rows="3" required maxlength="2000" .value=${caption ?? ''} ${ref(focusOnce)}></textarea>
    </label>
    <div class="actions">
      <button class="main" ?disabled=${isSaving}>Save</button>
      <button type="button" class="plain" @click=${() => setEdited(undefined)}>Cancel</button>
    </div>
  </form>
`;

const focused = new WeakSet<Element>();
const focusOnce = (element: Element | undefined): void => {
  if (!(element instanceof HTMLTextAreaElement) || focused.has(element)) return;
  focused.add(element);
  queueMicrotask(() => element.focus());
};

/** Esc leaves the form, not the picture; Ctrl+Enter saves. */
const onKey = (event: KeyboardEvent): void => {
  if (event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    setEdited(undefined);
  }
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
    if (event.currentTarget instanceof HTMLFormElement) event.currentTarget.requestSubmit();
};

const onSubmit = (event: SubmitEvent, id: string): void => {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const text = new FormData(event.currentTarget).get('caption');
  if (typeof text === 'string' && text.trim() !== '') void save(id, text.trim());
};

const save = async (id: string, caption: string | null): Promise<void> => {
  isSaving = true;
  requestRender();
  const isSaved = await changePicture(id, { caption });
  isSaving = false;
  if (isSaved) setEdited(undefined);
  else requestRender();
};
