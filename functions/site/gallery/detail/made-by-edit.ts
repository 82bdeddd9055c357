import { html, nothing, type TemplateResult } from 'lit/html.js';
import { parseImageId } from '../edits/edit.ts';
import { toEditShown } from '../edits/edited-picture.ts';
import { knownEdits, loadEdits } from '../edits/edits.ts';
import { compare } from '../parts/compare.ts';
import { icon } from '../parts/icons.ts';
import { navigate } from '../parts/route.ts';
import type { Picture } from '../pictures/collection.ts';

/** Pictures whose edit was looked for: it may have expired. */
const lookedFor = new Set<string>();

/** The prompt and the source of a picture that an edit has made, to compare; nothing for others. */
export const madeByEdit = (picture: Picture): TemplateResult | typeof nothing => {
  const { image_id: id, source } = picture;
  if (source !== 'edit') return nothing;
  const edit = knownEdits().find(({ image_id: result }) => result === id);
  if (!edit) {
    if (!lookedFor.has(id)) void loadEdits();
    lookedFor.add(id);
    return nothing;
  }
  const sourceId = parseImageId(edit.source_url);
  return html`
    <section class="part">
      <h3>Made by an edit</h3>
      <p>“${edit.prompt}”</p>
      ${
        sourceId
          ? html`
              ${compare(edit.edit_id, toEditShown(sourceId), toEditShown(id))}
              <button class="plain" @click=${() => navigate({ view: 'pictures', imageId: sourceId })}>${icon('pictures')} Open the source</button>
            `
          : nothing
      }
    </section>
  `;
};
