import { requestRender } from './render.ts';

export type Route =
  | { view: 'pictures'; imageId?: string }
  | { view: 'batches'; requestId?: string }
  | { view: 'edits' }
  | { view: 'stats' };

/** In the fragment, since a path would need a route in API Gateway. */
export const parseRoute = (hash: string): Route => {
  const [view, id] = hash.replace(/^#\/?/, '').split('/');
  if (view === 'pictures' && id) return { view, imageId: id };
  if (view === 'batches') return id ? { view, requestId: id } : { view };
  if (view === 'edits' || view === 'stats') return { view };
  return { view: 'pictures' };
};

export const toHash = (route: Route): string => {
  if (route.view === 'pictures') return route.imageId ? `#pictures/${route.imageId}` : '#pictures';
  if (route.view === 'batches') return route.requestId ? `#batches/${route.requestId}` : '#batches';
  return `#${route.view}`;
};

let route: Route = parseRoute(location.hash);
const listeners = new Set<(route: Route) => void>();

export const currentRoute = (): Route => route;

export const onRoute = (listener: (route: Route) => void): void => {
  listeners.add(listener);
};

const apply = (next: Route) => {
  route = next;
  for (const listener of listeners) listener(route);
  requestRender();
};

export const navigate = (next: Route): void => {
  if (toHash(next) === location.hash) return;
  history.pushState(null, '', toHash(next));
  apply(next);
};

/** Replaces the route without a history entry. */
export const replaceRoute = (next: Route): void => {
  history.replaceState(null, '', toHash(next));
  apply(next);
};

addEventListener('popstate', () => apply(parseRoute(location.hash)));
