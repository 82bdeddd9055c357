import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { toMessage } from '../parts/api.ts';
import { icon } from '../parts/icons.ts';
import { keyPrompt } from '../parts/key.ts';
import { modal } from '../parts/modal.ts';
import { noticesView } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import {
  currentRoute,
  isDetailOpen,
  navigate,
  picturesRoute,
  replaceRoute,
} from '../parts/route.ts';
import { styled } from '../parts/styled.ts';
import type { Picture } from '../pictures/collection.ts';
import { remove } from '../pictures/deletions.ts';
import { copyLinks, largestLink } from '../pictures/links.ts';
import { pictures } from '../pictures/pictures.ts';
import { selectOnly } from '../pictures/selection.ts';
import { focusPicture } from '../pictures/sheet.ts';
import { toShown } from '../pictures/tile.ts';
import { captionView } from './caption.ts';
import { facts } from './facts.ts';
import {
  focalDot,
  focalPointForm,
  isFocalPointOpen,
  placeFocalPoint,
  startFocalPoint,
} from './focal-point.ts';
import { madeByEdit } from './made-by-edit.ts';
import { detailFailure, openPictureRecord, retryPicture } from './open-picture.ts';
import { preload } from './preload.ts';
import { stepsView } from './steps.ts';
import { copyButtons, originalButtons, zoomTools } from './tools.ts';
import {
  currentZoom,
  onDoubleClick,
  onPointerDown,
  onPointerMove,
  onPointerUp,
  onWheel,
  shownWidth,
  toggleFullScreen,
  zoomByKey,
  zoomFrame,
} from './zoom.ts';

const openId = (): string | undefined => {
  const route = currentRoute();
  return route.view === 'pictures' ? route.imageId : undefined;
};

const close = (): void => {
  const id = openId();
  navigate(picturesRoute());
  if (id) focusPicture(id);
};

/** The previous or next picture of the sheet. */
const findNeighbour = (id: string, step: -1 | 1): Picture | undefined => {
  const all = pictures.all();
  const index = all.findIndex(({ image_id }) => image_id === id);
  if (index >= all.length - 4 && pictures.hasMore()) void pictures.more();
  return index < 0 ? undefined : all[index + step];
};

const showNeighbour = (step: -1 | 1): void => {
  const id = openId();
  const neighbour = id && findNeighbour(id, step);
  if (neighbour) replaceRoute(picturesRoute(neighbour.image_id));
};

const onKey = (event: KeyboardEvent): void => {
  const isTyping = event.target instanceof Element && event.target.closest('input, textarea');
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (zoomByKey(event.key)) {
    event.preventDefault();
    return;
  }
  if (event.key === 'ArrowLeft') showNeighbour(-1);
  else if (event.key === 'ArrowRight') showNeighbour(1);
  else if (event.key === 'Delete') deleteOpen();
  else if (event.key.toLowerCase() === 'f') void toggleFullScreen();
  else if (event.key.toLowerCase() === 'c') copyOpen();
  else return;
  event.preventDefault();
};

const onSwipe = (event: PointerEvent): void => {
  const direction = onPointerUp(event);
  if (direction) showNeighbour(direction);
};

const copyOpen = (): void => {
  const id = openId();
  const picture = id && openPictureRecord(id);
  if (picture) void copyLinks([picture]);
};

const deleteOpen = (): void => {
  const id = openId();
  if (!id) return;
  const next = findNeighbour(id, 1) ?? findNeighbour(id, -1);
  remove([id], () => {
    if (isDetailOpen()) replaceRoute(picturesRoute(id));
  });
  if (next) replaceRoute(picturesRoute(next.image_id));
  else navigate(picturesRoute());
};

/** The dialog of one picture; nothing where the URL names none. */
export const detailDialog = (): TemplateResult | typeof nothing => {
  const id = openId();
  if (!id) return nothing;
  const picture = openPictureRecord(id);
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
      ${picture ? aboutPicture(picture) : placeholderView(id)}
    </dialog>
  `;
};

const aboutPicture = (picture: Picture): TemplateResult => {
  const { image_id: id } = picture;
  const zoom = currentZoom();
  const ratio = toShown(picture).ratio;
  const shown = toShown(picture, { size: 'medium', sizes: `${shownWidth(ratio)}px` });
  if (zoom.scale === 1)
    for (const step of [-1, 1] as const) preload(findNeighbour(id, step), `${shownWidth(ratio)}px`);
  return html`
    <figure
      class="detail-picture ${zoom.scale > 1 ? 'is-zoomed' : ''} ${isFocalPointOpen(id) ? 'is-placing' : ''}"
      ${ref(zoomFrame)}
      @wheel=${{ handleEvent: onWheel, passive: false }}
      @dblclick=${onDoubleClick}
      @pointerdown=${isFocalPointOpen(id) ? placeFocalPoint : onPointerDown}
      @pointermove=${onPointerMove}
      @pointerup=${onSwipe}
      @pointercancel=${onPointerUp}
      @dragstart=${(event: Event) => event.preventDefault()}
    >
      <shown-picture
        .shown=${shown}
        ${styled({ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` })}
      >${focalDot(id)}</shown-picture>
      ${shown.path || picture.placeholder ? nothing : html`<p class="detail-none">${picture.status === 'failed' ? 'No picture could be made of this file' : 'Processing …'}</p>`}
      ${arrow(id, -1)} ${arrow(id, 1)}
      ${zoomTools(zoom)}
    </figure>
    <div class="detail-text" tabindex="0" role="region" aria-label="About this picture">
      <header>
        <h2>${picture.original_name}</h2>
        <p class="state is-${picture.status}">${picture.status}</p>
      </header>
      ${focalPointForm(picture)}
      ${captionView(picture)}
      ${picture.error ? html`<p class="error-box">${icon('warning')} ${picture.error}</p>` : nothing}
      <div class="actions">
        ${picture.file_url ? originalButtons(picture) : nothing}
        ${
          picture.status === 'done'
            ? html`<button class="plain" @click=${() => {
                selectOnly([id]);
                navigate({ view: 'edits' });
              }}>${icon('wand')} Edit</button>
              <button class="plain" @click=${() => startFocalPoint(picture)}>${icon('target')} Focal point</button>`
            : nothing
        }
        <button class="plain is-danger" @click=${deleteOpen}>${icon('remove')} Delete</button>
      </div>
      ${largestLink(picture) ? copyButtons(picture) : nothing}
      ${madeByEdit(picture)}
      ${stepsView(picture, () => retryPicture(id))}
      ${facts(picture)}
    </div>
  `;
};

const arrow = (id: string, step: -1 | 1): TemplateResult | typeof nothing =>
  findNeighbour(id, step)
    ? html`
        <button
          class="detail-arrow ${step < 0 ? 'is-previous' : 'is-next'}"
          aria-label=${step < 0 ? 'Show the previous picture' : 'Show the next picture'}
          @click=${() => showNeighbour(step)}
        >${icon(step < 0 ? 'previous' : 'next')}</button>
      `
    : nothing;

const placeholderView = (id: string): TemplateResult => {
  const failure = detailFailure(id);
  if (!failure) return html`<div class="detail-wait" role="status">Loading …</div>`;
  return html`
    <section class="empty-state" role="alert">
      ${icon('warning')}
      <h2>This picture could not be opened</h2>
      <p>${toMessage(failure)}</p>
      <button class="main" @click=${() => {
        close();
        requestRender();
      }}>Back to the pictures</button>
    </section>
  `;
};
