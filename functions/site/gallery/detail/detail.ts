import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { changed } from '../parts/draw.ts';
import { icon } from '../parts/icons.ts';
import { keyPrompt } from '../parts/key.ts';
import { modal } from '../parts/modal.ts';
import { noticesView } from '../parts/notices.ts';
import { currentRoute, go, slide } from '../parts/route.ts';
import { reasonOf } from '../parts/server.ts';
import { chooseOnly } from '../pictures/chosen.ts';
import type { Picture } from '../pictures/collection.ts';
import { pictures } from '../pictures/pictures.ts';
import { remove } from '../pictures/removals.ts';
import { focusPicture } from '../pictures/sheet.ts';
import { shownOf } from '../pictures/tile.ts';
import { facts } from './facts.ts';
import { detailFailure, openedPicture, retryOpened } from './opened.ts';
import { openOriginal } from './original.ts';
import { stepsView } from './steps.ts';

const idOf = (): string | undefined => {
  const route = currentRoute();
  return route.view === 'pictures' ? route.imageId : undefined;
};

export const isDetailOpen = (): boolean => idOf() !== undefined;

const close = (): void => {
  const id = idOf();
  go({ view: 'pictures' });
  if (id) focusPicture(id);
};

/** The picture before or after this one on the sheet. */
const neighbourOf = (id: string, step: -1 | 1): Picture | undefined => {
  const all = pictures.all();
  const index = all.findIndex(({ image_id }) => image_id === id);
  if (index >= all.length - 4 && pictures.hasMore()) void pictures.more();
  return index < 0 ? undefined : all[index + step];
};

const slideTo = (step: -1 | 1): void => {
  const id = idOf();
  const neighbour = id && neighbourOf(id, step);
  if (neighbour) slide({ view: 'pictures', imageId: neighbour.image_id });
};

const onKey = (event: KeyboardEvent): void => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea');
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'ArrowLeft') slideTo(-1);
  else if (event.key === 'ArrowRight') slideTo(1);
  else if (event.key === 'Delete') removeOpened();
  else return;
  event.preventDefault();
};

const removeOpened = (): void => {
  const id = idOf();
  if (!id) return;
  const next = neighbourOf(id, 1) ?? neighbourOf(id, -1);
  remove([id], () => {
    if (isDetailOpen()) slide({ view: 'pictures', imageId: id });
  });
  if (next) slide({ view: 'pictures', imageId: next.image_id });
  else go({ view: 'pictures' });
};

/** The dialog about one picture; nothing where the address names none. */
export const detailDialog = (): TemplateResult | typeof nothing => {
  const id = idOf();
  if (!id) return nothing;
  const picture = openedPicture(id);
  return html`
    <dialog
      class="detail"
      aria-label=${picture ? picture.original_name : 'Picture'}
      ${ref(modal)}
      @cancel=${(event: Event) => {
        event.preventDefault();
        close();
      }}
      @keydown=${onKey}
    >
      <button class="plain icon-only detail-close" aria-label="Close the picture" @click=${close}>
        ${icon('close')}
      </button>
      ${noticesView({ isOnTop: !keyPrompt() })}
      ${picture ? aboutPicture(picture) : insteadOf(id)}
    </dialog>
  `;
};

const aboutPicture = (picture: Picture): TemplateResult => {
  const { image_id: id } = picture;
  const shown = shownOf(picture, 'medium');
  return html`
    <figure class="detail-picture">
      <shown-picture .shown=${shown}></shown-picture>
      ${shown.path || picture.placeholder ? nothing : html`<p class="detail-none">${picture.status === 'failed' ? 'No picture could be made of this file' : 'Developing …'}</p>`}
      ${arrow(id, -1)} ${arrow(id, 1)}
    </figure>
    <div class="detail-text" tabindex="0" role="region" aria-label="About this picture">
      <header>
        <h2>${picture.original_name}</h2>
        <p class="state is-${picture.status}">${picture.status}</p>
      </header>
      ${picture.caption ? html`<p class="caption">${picture.caption}</p>` : nothing}
      ${picture.error ? html`<p class="trouble-box">${icon('warning')} ${picture.error}</p>` : nothing}
      <div class="actions">
        ${picture.file_url ? html`<button class="plain" @click=${() => openOriginal(picture)}>${icon('original')} Open original</button>` : nothing}
        ${
          picture.status === 'done'
            ? html`<button class="plain" @click=${() => {
                chooseOnly([id]);
                go({ view: 'edits' });
              }}>${icon('wand')} Edit</button>`
            : nothing
        }
        <button class="plain is-danger" @click=${removeOpened}>${icon('remove')} Delete</button>
      </div>
      ${stepsView(picture, () => retryOpened(id))}
      ${facts(picture)}
    </div>
  `;
};

const arrow = (id: string, step: -1 | 1): TemplateResult | typeof nothing =>
  neighbourOf(id, step)
    ? html`
        <button
          class="detail-arrow ${step < 0 ? 'is-previous' : 'is-next'}"
          aria-label=${step < 0 ? 'Show the previous picture' : 'Show the next picture'}
          @click=${() => slideTo(step)}
        >${icon(step < 0 ? 'previous' : 'next')}</button>
      `
    : nothing;

const insteadOf = (id: string): TemplateResult => {
  const failure = detailFailure(id);
  if (!failure) return html`<div class="detail-wait" role="status">Loading …</div>`;
  return html`
    <section class="blank" role="alert">
      ${icon('warning')}
      <h2>This picture could not be opened</h2>
      <p>${reasonOf(failure)}</p>
      <button class="main" @click=${() => {
        close();
        changed();
      }}>Back to the sheet</button>
    </section>
  `;
};
