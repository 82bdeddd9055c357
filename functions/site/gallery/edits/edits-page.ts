import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { go } from '../parts/route.ts';
import { chooseOnly, chosenIds, toggleChosen } from '../pictures/chosen.ts';
import { pictures } from '../pictures/pictures.ts';
import { shownOf } from '../pictures/tile.ts';
import { type Edit, imageIdIn, isAtWork } from './edit.ts';
import { editIsStarting, knownEdits, startEdit } from './edits.ts';

/** A prompt for the chosen pictures, and what became of those before. */
export const editsPage = (): TemplateResult => html`
  <div class="page">
    <h1>Edits</h1>
    ${chosenIds().length > 0 ? form() : chooseFirst()}
    ${list()}
  </div>
`;

const chooseFirst = (): TemplateResult => html`
  <section class="drop-here">
    <h2>Edit with words</h2>
    <p>Choose one or two pictures on the sheet, then say here what is to change.</p>
    <button class="main" @click=${() => go({ view: 'pictures' })}>${icon('pictures')} Choose pictures</button>
  </section>
`;

const form = (): TemplateResult => {
  const chosen = chosenIds();
  const isTooMany = chosen.length > 2;
  return html`
    <form class="part edit-form" @submit=${onSubmit}>
      <ul class="chosen" aria-label="Chosen pictures">
        ${repeat(
          chosen,
          (id) => id,
          (id, index) => {
            const picture = pictures.find(id);
            const name = picture?.original_name ?? id;
            return html`
            <li>
              ${picture ? html`<shown-picture .shown=${shownOf(picture)}></shown-picture>` : nothing}
              <p class="name" title=${name}>${index === 0 ? 'Source' : 'Second'}: ${name}</p>
              <button type="button" class="plain icon-only" aria-label="Take ${name} out of the edit" @click=${() => toggleChosen(id)}>${icon('close')}</button>
            </li>
          `;
          },
        )}
      </ul>
      ${isTooMany ? html`<p class="trouble-box" role="alert">${icon('warning')} An edit takes one or two pictures. Take some out.</p>` : nothing}
      <label>
        What is to change
        <textarea name="prompt" rows="3" required maxlength="4000" placeholder="Make it look like a rainy evening"></textarea>
      </label>
      <div class="actions">
        <button class="main" ?disabled=${editIsStarting() || isTooMany}>${icon('wand')} ${editIsStarting() ? 'Starting …' : 'Start the edit'}</button>
        <button type="button" class="plain" @click=${() => chooseOnly([])}>Choose others</button>
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
  if (edits.length === 0) return nothing;
  return html`<ol class="edits" aria-label="Edits of this tab">${repeat(edits, ({ edit_id: id }) => id, editView)}</ol>`;
};

const words: Record<Edit['status'], string> = {
  PENDING: 'waiting',
  PROCESSING: 'being made',
  COMPLETED: 'done',
  FAILED: 'failed',
};

const editView = (edit: Edit): TemplateResult => html`
  <li class="edit is-${edit.status.toLowerCase()}" aria-busy=${isAtWork(edit)}>
    <p class="prompt">“${edit.prompt}”</p>
    <p class="state is-${edit.status.toLowerCase()}" role="status">${words[edit.status]}</p>
    <div class="pair">
      ${side('Source', imageIdIn(edit.source_url))}
      ${edit.target_url ? side('Second', imageIdIn(edit.target_url)) : nothing}
      ${side('Result', edit.image_id ?? undefined, isAtWork(edit))}
    </div>
    ${edit.error ? html`<p class="trouble-box">${icon('warning')} ${edit.error}</p>` : nothing}
  </li>
`;

const side = (label: string, id: string | undefined, isComing = false): TemplateResult => {
  const picture = id === undefined ? undefined : pictures.find(id);
  // A picture that the sheet has not loaded is shown by the address that every picture has; one that
  // it has loaded is not asked for before its thumbnails are there.
  const path = id && !isComing ? `api/images/${id}/thumbnails/medium` : undefined;
  const unknown = { path, placeholder: null, color: null, ratio: undefined };
  const shown = picture ? shownOf(picture, 'medium') : unknown;
  return html`
    <figure class=${isComing ? 'is-coming' : ''}>
      <shown-picture .shown=${shown}></shown-picture>
      <figcaption>
        ${label}
        ${id ? html`<button class="plain" aria-label="Open the ${label.toLowerCase()}" @click=${() => go({ view: 'pictures', imageId: id })}>Open</button>` : nothing}
      </figcaption>
    </figure>
  `;
};
