import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { addFiles } from './add-files.ts';
import { droppedFiles } from './dropped-files.ts';

let isOver = false;

const carriesFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false;

const show = (over: boolean): void => {
  if (isOver === over) return;
  isOver = over;
  requestRender();
};

/** The whole page accepts drops, and pictures from the clipboard. */
export const acceptDrops = (): void => {
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
    droppedFiles(event.dataTransfer).then(addFiles, () =>
      notify('The browser could not read what was dropped.', { isError: true }),
    );
  });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    addFiles(files);
  });
};

export const dropOverlay = (): TemplateResult | typeof nothing =>
  isOver
    ? html`<div class="drop-overlay" aria-hidden="true"><div>${icon('add')}<p>Drop to upload</p></div></div>`
    : nothing;
