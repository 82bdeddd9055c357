import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { changed } from './draw.ts';
import { icon } from './icons.ts';

type Notice = {
  id: number;
  text: string;
  isTrouble: boolean;
  action?: { label: string; run: () => void };
};

const shownMs = 6000;
let notices: Notice[] = [];
let next = 1;
let whisper = '';

/** Shows a sentence for a while; returns what takes it away again. */
export const notify = (
  text: string,
  {
    isTrouble = false,
    action,
    ms = shownMs,
  }: Partial<Omit<Notice, 'id' | 'text'>> & {
    ms?: number;
  } = {},
): (() => void) => {
  const id = next++;
  const dismiss = () => {
    notices = notices.filter((notice) => notice.id !== id);
    changed();
  };
  notices = [...notices, { id, text, isTrouble, ...(action && { action }) }];
  setTimeout(dismiss, isTrouble ? ms * 2 : ms);
  changed();
  return dismiss;
};

/** For those who hear the page only. */
export const say = (text: string): void => {
  whisper = text;
  changed();
};

export const whisperView = (): TemplateResult =>
  html`<p class="unseen" role="status">${whisper}</p>`;

/**
 * What lies under an open dialog can be neither seen, clicked nor heard. So each dialog has this
 * too, as the page has, and only the one on top shows what there is; the others stay in the page
 * empty, since a reader tells of what comes into a place that it knows.
 */
export const noticesView = ({ isOnTop }: { isOnTop: boolean }): TemplateResult => html`
  <div class="notices" role="status" aria-label="Notices">
    ${repeat(
      isOnTop ? notices : [],
      ({ id }) => id,
      ({ id, text, isTrouble, action }) => html`
        <div class="notice ${isTrouble ? 'is-trouble' : ''}">
          ${isTrouble ? icon('warning') : nothing}
          <p>${text}</p>
          ${
            action &&
            html`<button class="plain" @click=${(event: MouseEvent) => {
              notices = notices.filter((notice) => notice.id !== id);
              action.run();
              focusDialogOf(event);
              changed();
            }}>${action.label}</button>`
          }
        </div>
      `,
    )}
  </div>
`;

/** The button goes with its notice; without the focus, a dialog would not hear its keys any more. */
const focusDialogOf = ({ currentTarget: button }: MouseEvent): void => {
  if (button instanceof Element) button.closest('dialog')?.querySelector('button')?.focus();
};
