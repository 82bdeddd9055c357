import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from './icons.ts';
import { requestRender } from './render.ts';

type Notice = {
  id: number;
  text: string;
  isError: boolean;
  action?: { label: string; run: () => void };
};

const shownMs = 6000;
let notices: Notice[] = [];
let next = 1;
let announcement = '';

/** Shows a sentence for a while; returns a function that dismisses it. */
export const notify = (
  text: string,
  {
    isError = false,
    action,
    ms = shownMs,
  }: Partial<Omit<Notice, 'id' | 'text'>> & {
    ms?: number;
  } = {},
): (() => void) => {
  const id = next++;
  const dismiss = () => {
    notices = notices.filter((notice) => notice.id !== id);
    requestRender();
  };
  notices = [...notices, { id, text, isError, ...(action && { action }) }];
  setTimeout(dismiss, isError ? ms * 2 : ms);
  requestRender();
  return dismiss;
};

/** For screen readers only. */
export const announce = (text: string): void => {
  announcement = text;
  requestRender();
};

export const announcementView = (): TemplateResult =>
  html`<p class="visually-hidden" role="status">${announcement}</p>`;

/**
 * What is under a modal dialog is inert. So each dialog has a list of notices,
 * as the page has, and only the topmost shows them; the others stay in the page
 * empty, since a live region must exist before its content changes.
 */
export const noticesView = ({ isOnTop }: { isOnTop: boolean }): TemplateResult => html`
  <div class="notices" role="status" aria-label="Notices">
    ${repeat(
      isOnTop ? notices : [],
      ({ id }) => id,
      ({ id, text, isError, action }) => html`
        <div class="notice ${isError ? 'is-error' : ''}">
          ${isError ? icon('warning') : nothing}
          <p>${text}</p>
          ${
            action &&
            html`<button class="plain" @click=${(event: MouseEvent) => {
              notices = notices.filter((notice) => notice.id !== id);
              action.run();
              focusSurroundingDialog(event);
              requestRender();
            }}>${action.label}</button>`
          }
        </div>
      `,
    )}
  </div>
`;

/** The button is removed with its notice; without focus, a dialog would not get key events. */
const focusSurroundingDialog = ({ currentTarget: button }: MouseEvent): void => {
  if (button instanceof Element) button.closest('dialog')?.querySelector('button')?.focus();
};
