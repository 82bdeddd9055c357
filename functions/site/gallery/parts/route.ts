import { changed } from './draw.ts';

export type Route =
  | { view: 'pictures'; imageId?: string }
  | { view: 'batches'; requestId?: string }
  | { view: 'edits' }
  | { view: 'stats' };

/** Behind the `#`, since a path would need a route of its own in API Gateway. */
export const routeOf = (hash: string): Route => {
  const [view, id] = hash.replace(/^#\/?/, '').split('/');
  if (view === 'pictures' && id) return { view, imageId: id };
  if (view === 'batches') return id ? { view, requestId: id } : { view };
  if (view === 'edits' || view === 'stats') return { view };
  return { view: 'pictures' };
};

export const hashOf = (route: Route): string => {
  if (route.view === 'pictures') return route.imageId ? `#pictures/${route.imageId}` : '#pictures';
  if (route.view === 'batches') return route.requestId ? `#batches/${route.requestId}` : '#batches';
  return `#${route.view}`;
};

let route: Route = routeOf(location.hash);
const listeners = new Set<(route: Route) => void>();

export const currentRoute = (): Route => route;

export const onRoute = (listener: (route: Route) => void): void => {
  listeners.add(listener);
};

const take = (next: Route) => {
  route = next;
  for (const listener of listeners) listener(route);
  changed();
};

export const go = (next: Route): void => {
  if (hashOf(next) === location.hash) return;
  history.pushState(null, '', hashOf(next));
  take(next);
};

/** Moves within a view without a step for the back button. */
export const slide = (next: Route): void => {
  history.replaceState(null, '', hashOf(next));
  take(next);
};

addEventListener('popstate', () => take(routeOf(location.hash)));
