import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from './icons.ts';
import { modal } from './modal.ts';
import { closeDialog, openDialogName } from './open-dialog.ts';

type Group = { name: string; shortcuts: readonly (readonly [keys: string, meaning: string])[] };

/** Alternatives are separated by a blank; keys that are held together by `+`. */
const groups: readonly Group[] = [
  {
    name: 'Pictures',
    shortcuts: [
      ['← → ↑ ↓', 'Move between pictures'],
      ['Home End', 'First and last picture'],
      ['Enter', 'Open'],
      ['X', 'Select'],
      ['Shift+←', 'Extend the selection'],
      ['Shift+click', 'Select a range'],
      ['Ctrl+click', 'Select one more'],
      ['Ctrl+A', 'Select all that are loaded'],
      ['Esc', 'Clear the selection'],
      ['Delete', 'Delete, with undo'],
    ],
  },
  {
    name: 'Open picture',
    shortcuts: [
      ['← →', 'Previous and next picture'],
      ['+ -', 'Zoom in and out'],
      ['0', 'Whole picture'],
      ['F', 'Full screen'],
      ['C', 'Copy the link'],
      ['Delete', 'Delete, with undo'],
      ['Esc', 'Close'],
    ],
  },
  { name: 'Everywhere', shortcuts: [['?', 'These shortcuts']] },
];

/** All keyboard shortcuts; nothing while the dialog is closed. */
export const shortcutsDialog = (): TemplateResult | typeof nothing => {
  if (openDialogName() !== 'shortcuts') return nothing;
  return html`
    <dialog class="dialog is-wide" aria-labelledby="shortcuts-title" ${ref(modal)} @close=${closeDialog}>
      <header>
        <h2 id="shortcuts-title">Keyboard shortcuts</h2>
        <button class="plain icon-only" aria-label="Close the shortcuts" @click=${closeDialog}>${icon('close')}</button>
      </header>
      <div class="shortcuts">${groups.map(groupView)}</div>
    </dialog>
  `;
};

const groupView = ({ name, shortcuts }: Group): TemplateResult => html`
  <section>
    <h3>${name}</h3>
    <dl>
      ${shortcuts.map(
        ([keys, meaning]) => html`
          <div>
            <dt>${meaning}</dt>
            <dd>${keys.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dd>
          </div>
        `,
      )}
    </dl>
  </section>
`;
