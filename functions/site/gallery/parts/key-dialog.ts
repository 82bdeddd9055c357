import { ref } from 'lit/directives/ref.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from './icons.ts';
import { keyPrompt, setKey } from './key.ts';
import { modal } from './modal.ts';
import { noticesView } from './notices.ts';

/** Prompts for the key of a closed stage; nothing can be shown without it. */
export const keyDialog = (): TemplateResult | typeof nothing => {
  const prompt = keyPrompt();
  if (!prompt) return nothing;
  return html`
    <dialog class="dialog" aria-labelledby="key-title" ${ref(modal)} @cancel=${(event: Event) => event.preventDefault()}>
      <form method="dialog" @submit=${onSubmit}>
        ${icon('key')}
        <h2 id="key-title">This Darkroom is protected</h2>
        <p>Enter its API key to open it. The key is stored for this tab only.</p>
        ${prompt.wasWrong ? html`<p class="error-box" role="alert">${icon('warning')} That key was not accepted.</p>` : nothing}
        <label>
          API key
          <input name="key" type="password" required autocomplete="off" spellcheck="false" />
        </label>
        <button class="main">Open</button>
      </form>
      ${noticesView({ isOnTop: true })}
    </dialog>
  `;
};

const onSubmit = (event: SubmitEvent): void => {
  event.preventDefault(); // the CSP forbids form submissions
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const key = new FormData(event.currentTarget).get('key');
  if (typeof key === 'string' && key.trim() !== '') setKey(key.trim());
};
