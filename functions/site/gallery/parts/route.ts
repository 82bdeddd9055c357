import { formatFilter, type PictureFilter, parseFilter } from '../pictures/filter.ts';
import { requestRender } from './render.ts';

export type Route =
  | ({ view: 'pictures'; imageId?: string } & PictureFilter)
  | { view: 'batches'; requestId?: string }
  | { view: 'edits' }
  | { view: 'stats' }
  | { view: 'webhooks' };

/** In the fragment, since a path would need a route in API Gateway. */
export const parseRoute = (hash: string): Route => {
  const [path = '', query] = hash.replace(/^#\/?/, '').split('?');
  const [view, id] = path.split('/');
  if (view === 'batches') return id ? { view, requestId: id } : { view };
  if (view === 'edits' || view === 'stats' || view === 'webhooks') return { view };
  return {
    view: 'pictures',
    ...(view === 'pictures' && id && { imageId: id }),
    ...parseFilter(new URLSearchParams(query)),
  };
};

export const toHash = (route: Route): string => {
  if (route.view === 'pictures') {
    const query = formatFilter(route);
    return `#pictures${route.imageId ? `/${route.imageId}` : ''}${query && `?${query}`}`;
  }
  if (route.view === 'batches') return route.requestId ? `#batches/${route.requestId}` : '#batches';
  return `#${route.view}`;
};

let route: Route = parseRoute(location.hash);
const listeners = new Set<(route: Route) => void>();

/** The sheet with the filter of the current route, or one of its pictures. */
export const picturesRoute = (imageId?: string): Route => ({
  view: 'pictures',
  ...currentFilter(),
  ...(imageId !== undefined && { imageId }),
});

/** The filter in the address; none where another view is shown. */
export const currentFilter = (): PictureFilter => {
  if (route.view !== 'pictures') return {};
  const { view: _view, imageId: _id, ...filter } = route;
  return filter;
};

export const currentRoute = (): Route => route;

export const isDetailOpen = (): boolean => route.view === 'pictures' && route.imageId !== undefined;

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
