import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { toMessage } from '../parts/api.ts';
import { compare } from '../parts/compare.ts';
import { formatDate } from '../parts/dates.ts';
import { icon } from '../parts/icons.ts';
import { requestRender } from '../parts/render.ts';
import { navigate } from '../parts/route.ts';
import { pictures } from '../pictures/pictures.ts';
import { selectedIds, selectOnly, toggleSelected } from '../pictures/selection.ts';
import { toShown } from '../pictures/tile.ts';
import { type Edit, isRunning, parseImageId } from './edit.ts';
import { noPicture, toEditShown } from './edited-picture.ts';
import {
  editsFailure,
  hasOlderEdits,
  isEditStarting,
  knownEdits,
  loadOlderEdits,
  startEdit,
} from './edits.ts';
import { editProvider } from './provider.ts';

/** A prompt for the selected pictures, and the edits before. */
export const editsPage = (): TemplateResult => html`
  <div class="page">
    <h1>Edits</h1>
    ${providerView()}
    ${selectedIds().length > 0 ? form() : selectFirst()}
    ${list()}
  </div>
`;

/** Before a prompt is typed in vain. */
const providerView = (): TemplateResult | typeof nothing => {
  const state = editProvider();
  if (!state) return nothing;
  return state.ok
    ? html`<p class="muted">Edits are made by ${state.provider}, ${state.model}.</p>`
    : html`<p class="error-box" role="alert">${icon('warning')} ${state.reason}</p>`;
};

const isProviderMissing = (): boolean => editProvider()?.ok === false;

const selectFirst = (): TemplateResult => html`
  <section class="drop-target">
    <h2>Edit with words</h2>
    <p>Select one or two pictures, then describe the change here.</p>
    <button class="main" @click=${() => navigate({ view: 'pictures' })}>${icon('pictures')} Select pictures</button>
  </section>
`;

const form = (): TemplateResult => {
  const selected = selectedIds();
  const isTooMany = selected.length > 2;
  return html`
    <form class="part edit-form" @submit=${onSubmit}>
      <ul class="edit-sources" aria-label="Selected pictures">
        ${repeat(
          selected,
          (id) => id,
          (id, index) => {
            const picture = pictures.find(id);
            const name = picture?.original_name ?? id;
            return html`
            <li>
              ${picture ? html`<shown-picture .shown=${toShown(picture)}></shown-picture>` : nothing}
              <p class="name" title=${name}>${index === 0 ? 'Source' : 'Second'}: ${name}</p>
              <button type="button" class="plain icon-only" aria-label="Remove ${name} from the edit" @click=${() => toggleSelected(id)}>${icon('close')}</button>
            </li>
          `;
          },
        )}
      </ul>
      ${isTooMany ? html`<p class="error-box" role="alert">${icon('warning')} An edit uses one or two pictures. Remove some.</p>` : nothing}
      <label>
        Describe the change
        <textarea name="prompt" rows="3" required maxlength="4000" placeholder="Make it look like a rainy evening"></textarea>
      </label>
      <div class="actions">
        <button class="main" ?disabled=${isEditStarting() || isTooMany || isProviderMissing()}>${icon('wand')} ${isEditStarting() ? 'Starting …' : 'Start the edit'}</button>
        <button type="button" class="plain" @click=${() => selectOnly([])}>Clear the selection</button>
      </div>
    </form>
  `;
};

const onSubmit = async (event: SubmitEvent): Promise<void> => {
  event.preventDefault();
  const { currentTarget: element } = event;
  if (!(element instanceof HTMLFormElement)) return;
  const prompt = new FormData(element).get('prompt');
  if (typeof prompt !== 'string' || prompt.trim() === '') return;
  if (await startEdit(prompt.trim())) element.reset();
};

const list = (): TemplateResult | typeof nothing => {
  const edits = knownEdits();
  const failure = editsFailure();
  if (edits.length === 0)
    return failure
      ? html`<p class="error-box" role="alert">${icon('warning')} ${toMessage(failure)}</p>`
      : nothing;
  return html`
    <ol class="edits" aria-label="Edits, newest first">${repeat(edits, ({ edit_id: id }) => id, editView)}</ol>
    ${hasOlderEdits() ? html`<button class="plain" @click=${loadOlderEdits}>Show older edits</button>` : nothing}
  `;
};

const labels: Record<Edit['status'], string> = {
  PENDING: 'queued',
  PROCESSING: 'processing',
  COMPLETED: 'done',
  FAILED: 'failed',
};

/** Edits that are shown as a comparison. */
const compared = new Set<string>();

const toggleCompared = (id: string): void => {
  if (!compared.delete(id)) compared.add(id);
  requestRender();
};

const editView = (edit: Edit): TemplateResult => {
  const { edit_id: id, status, prompt, error, image_id: resultId } = edit;
  const sourceId = parseImageId(edit.source_url);
  const isCompared = compared.has(id) && sourceId && resultId;
  return html`
    <li class="edit is-${status.toLowerCase()}" aria-busy=${isRunning(edit)}>
      <p class="prompt">“${prompt}” <span class="muted">${formatDate(edit.created_at)}</span></p>
      <p class="state is-${status.toLowerCase()}" role="status">${labels[status]}</p>
      ${
        isCompared
          ? compare(id, toEditShown(sourceId), toEditShown(resultId))
          : html`
              <div class="pair">
                ${side('Source', sourceId)}
                ${edit.target_url ? side('Second', parseImageId(edit.target_url)) : nothing}
                ${status === 'FAILED' ? nothing : side('Result', resultId ?? undefined, isRunning(edit))}
              </div>
            `
      }
      ${sourceId && resultId ? html`<button class="plain" aria-pressed=${compared.has(id)} @click=${() => toggleCompared(id)}>${icon('compare')} Compare</button>` : nothing}
      ${error ? html`<p class="error-box">${icon('warning')} ${error}</p>` : nothing}
    </li>
  `;
};

const side = (label: string, id: string | undefined, isComing = false): TemplateResult => html`
  <figure class=${isComing ? 'is-coming' : ''}>
    <shown-picture .shown=${id && !isComing ? toEditShown(id) : noPicture}></shown-picture>
    <figcaption>
      ${label}
      ${id ? html`<button class="plain" aria-label="Open the ${label.toLowerCase()}" @click=${() => navigate({ view: 'pictures', imageId: id })}>Open</button>` : nothing}
    </figcaption>
  </figure>
`;
