import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EventType } from '#lib/events/event.ts';
import { toMessage } from '../parts/api.ts';
import { attemptTable } from '../parts/attempt-table.ts';
import { formatDate } from '../parts/dates.ts';
import { icon } from '../parts/icons.ts';
import {
  addWebhook,
  isWebhookBeingAdded,
  knownWebhooks,
  loadWebhooks,
  removeWebhook,
  testWebhook,
  type Webhook,
  webhooksFailure,
} from './webhooks.ts';

const eventTexts: Record<EventType, string> = {
  'image.done': 'a picture is done',
  'image.failed': 'a picture failed',
  'image.deleted': 'a picture was deleted',
  'batch.ended': 'a batch ended',
  'edit.ended': 'an edit ended',
};
const isEventType = (text: string): text is EventType => Object.hasOwn(eventTexts, text);
const eventTypes = Object.keys(eventTexts).filter(isEventType);

/** Receivers of events: their list, a form to add one, and their last attempts. */
export const webhooksPage = (): TemplateResult => html`
  <div class="page">
    <h1>Webhooks</h1>
    ${form()} ${list()}
  </div>
`;

const form = (): TemplateResult => html`
  <form class="part" @submit=${onSubmit}>
    <h2>Add a webhook</h2>
    <p class="muted">Its receiver gets a signed POST for each event. <a href="docs">How to verify it</a></p>
    <label>
      URL of the receiver
      <input name="url" type="url" required placeholder="https://" autocomplete="url" />
    </label>
    <fieldset class="events">
      <legend>Send an event when</legend>
      ${eventTypes.map((each) => html`<label><input type="checkbox" name="events" value=${each} checked /> ${eventTexts[each]}</label>`)}
    </fieldset>
    <div class="actions"><button class="main" ?disabled=${isWebhookBeingAdded()}>${icon('add')} Add</button></div>
  </form>
`;

const onSubmit = async (event: SubmitEvent): Promise<void> => {
  event.preventDefault();
  const { currentTarget: element } = event;
  if (!(element instanceof HTMLFormElement)) return;
  const data = new FormData(element);
  const events = data.getAll('events').map(String).filter(isEventType);
  if (await addWebhook(String(data.get('url')).trim(), events)) element.reset();
};

const list = (): TemplateResult => {
  const webhooks = knownWebhooks();
  const failure = webhooksFailure();
  if (!webhooks && failure)
    return html`
      <section class="empty-state" role="alert">
        ${icon('warning')}
        <h2>The webhooks could not be loaded</h2>
        <p>${toMessage(failure)}</p>
        <button class="main" @click=${loadWebhooks}>${icon('retry')} Try again</button>
      </section>
    `;
  if (!webhooks) return html`<p class="muted" role="status">Loading …</p>`;
  if (webhooks.length === 0) return html`<p class="muted">There is no webhook yet.</p>`;
  return html`<ul class="cards">${repeat(webhooks, ({ webhook_id: id }) => id, card)}</ul>`;
};

const card = ({
  webhook_id: id,
  url,
  events,
  state,
  reason,
  created_at,
  attempts,
}: Webhook) => html`
  <li class="part webhook">
    <header class="row">
      <h2 class="url" title=${url}>${url}</h2>
      <span class="state is-${state === 'active' ? 'done' : 'failed'}">${state}</span>
    </header>
    <p class="muted">${events.map((each) => eventTexts[each]).join(', ')} · added ${formatDate(created_at)}</p>
    ${reason === null ? nothing : html`<p class="error-box">${icon('warning')} ${reason}</p>`}
    ${attemptTable(attempts.toReversed())}
    <div class="actions">
      <button class="plain" aria-label="Send a test event to ${url}" ?disabled=${state === 'disabled'} @click=${() => testWebhook(id)}>${icon('retry')} Send a test</button>
      <button class="plain is-danger" aria-label="Delete the webhook ${url}" @click=${() => removeWebhook(id)}>${icon('remove')} Delete</button>
    </div>
  </li>
`;
