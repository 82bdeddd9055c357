import type { HealthView } from '#lib/http/site-views.ts';
import { ApiError, request } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute, onRoute } from '../parts/route.ts';

export type ProviderState = HealthView['edits'];

let state: ProviderState | undefined;

/** The provider of edits, or why there is none; undefined until it is known. */
export const editProvider = (): ProviderState | undefined => state;

const load = async (): Promise<void> => {
  try {
    state = (await request<HealthView>('api/health')).data.edits;
  } catch (error) {
    // Something else is down; the state is in the answer all the same.
    const data = error instanceof ApiError ? error.data : undefined;
    if (isHealth(data)) state = data.edits;
  }
  requestRender();
};

const isHealth = (data: unknown): data is HealthView =>
  typeof data === 'object' && data !== null && 'edits' in data;

/** Asks each time the edits are shown: settings change with a deployment. */
export const watchProvider = (): void => {
  const follow = () => {
    if (currentRoute().view === 'edits') void load();
  };
  onRoute(follow);
  follow();
};
