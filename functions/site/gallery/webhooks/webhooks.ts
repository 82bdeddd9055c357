import type { z } from 'zod';
import type { EventType } from '#lib/events/event.ts';
import type { SubscriptionView } from '#lib/http/webhook-view.ts';
import { request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute, onRoute } from '../parts/route.ts';

/** A receiver of events, with its last attempts. */
export type Webhook = z.infer<typeof SubscriptionView>;

/** A test is delivered in the background: its attempt is looked for after these times. */
const lookAgainMs = [1000, 3000, 8000];

let webhooks: readonly Webhook[] | undefined;
let failure: unknown;
let isAdding = false;

export const knownWebhooks = () => webhooks;
export const webhooksFailure = () => failure;
export const isWebhookBeingAdded = () => isAdding;

export const loadWebhooks = async (): Promise<void> => {
  try {
    webhooks = (await request<Webhook[]>('api/webhooks')).data;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  requestRender();
};

/** Loads them each time their page is opened. */
export const watchWebhooks = (): void => {
  const follow = () => {
    if (currentRoute().view === 'webhooks') void loadWebhooks();
  };
  onRoute(follow);
  follow();
};

/** True if it was accepted. */
export const addWebhook = async (url: string, events: readonly EventType[]): Promise<boolean> => {
  isAdding = true;
  requestRender();
  try {
    await request('api/webhooks', { method: 'POST', json: { url, events } });
    await loadWebhooks();
    return true;
  } catch (error) {
    notify(toMessage(error), { isError: true });
    return false;
  } finally {
    isAdding = false;
    requestRender();
  }
};

export const removeWebhook = async (id: string): Promise<void> => {
  try {
    await request(`api/webhooks/${encodeURIComponent(id)}`, { method: 'DELETE' });
    notify('The webhook was deleted.');
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
  await loadWebhooks();
};

export const testWebhook = async (id: string): Promise<void> => {
  try {
    await request(`api/webhooks/${encodeURIComponent(id)}/test`, { method: 'POST' });
    notify('A test event is being delivered.');
    for (const ms of lookAgainMs) setTimeout(loadWebhooks, ms);
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
};
