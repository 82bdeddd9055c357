import { html, nothing, type TemplateResult } from 'lit/html.js';
import { changed } from '../parts/draw.ts';
import { icon } from '../parts/icons.ts';
import { notify } from '../parts/notices.ts';
import { droppedFiles } from './dropped-files.ts';
import { takeFiles } from './take-files.ts';

let isOver = false;

const carriesFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false;

const show = (over: boolean): void => {
  if (isOver === over) return;
  isOver = over;
  changed();
};

/** The whole page takes drops, and pictures from the clipboard. */
export const takeDrops = (): void => {
  addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(true);
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) show(false); // it has left the window
  });
  addEventListener('drop', (event) => {
    if (!event.dataTransfer || !carriesFiles(event)) return;
    event.preventDefault();
    show(false);
    droppedFiles(event.dataTransfer).then(takeFiles, () =>
      notify('The browser could not read what was dropped.', { isTrouble: true }),
    );
  });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    takeFiles(files);
  });
};

export const dropVeil = (): TemplateResult | typeof nothing =>
  isOver
    ? html`<div class="veil" aria-hidden="true"><div>${icon('add')}<p>Let go to add them</p></div></div>`
    : nothing;
