import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { densities, density, setDensity } from '../pictures/density.ts';
import { icon } from './icons.ts';
import { hasKey, removeKey } from './key.ts';
import { modal } from './modal.ts';
import { closeDialog, openDialog, openDialogName } from './open-dialog.ts';
import { setTheme, themeChoice, themeChoices } from './theme.ts';

/** Theme, picture size and key; nothing while the dialog is closed. */
export const settingsDialog = (): TemplateResult | typeof nothing => {
  if (openDialogName() !== 'settings') return nothing;
  return html`
    <dialog class="dialog" aria-labelledby="settings-title" ${ref(modal)} @close=${closeDialog}>
      <header>
        <h2 id="settings-title">Settings</h2>
        <button class="plain icon-only" aria-label="Close the settings" @click=${closeDialog}>${icon('close')}</button>
      </header>
      ${choice('Theme', themeChoices, themeChoice(), setTheme)}
      ${choice('Picture size', densities, density(), setDensity)}
      <div class="key-form">
        <h3>API key</h3>
        ${
          hasKey()
            ? html`
                <p class="muted">A key is stored for this tab.</p>
                <button class="plain" @click=${removeKey}>${icon('key')} Remove the key</button>
              `
            : html`<p class="muted">None is stored. You are prompted for it when it is needed.</p>`
        }
        <button class="plain" @click=${() => openDialog('shortcuts')}>${icon('keyboard')} Keyboard shortcuts</button>
      </div>
    </dialog>
  `;
};

const choice = <Value extends string>(
  legend: string,
  values: readonly Value[],
  current: Value,
  set: (value: Value) => void,
): TemplateResult => html`
  <fieldset>
    <legend>${legend}</legend>
    ${values.map(
      (value) => html`
        <label>
          <input type="radio" name=${legend} .checked=${value === current} @change=${() => set(value)} />
          ${value}
        </label>
      `,
    )}
  </fieldset>
`;
