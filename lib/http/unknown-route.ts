import { z } from 'zod';
import { plainText } from '#lib/plain-text.ts';
import { Problem } from '#lib/problem.ts';
import { type Route, type RouteRequest, route } from './route.ts';

/** The fallback route: other paths, and other methods of known ones. */
export const unknownRoute = route({
  name: 'answerUnknownRoute',
  methods: ['GET', 'HEAD', 'POST', 'DELETE'],
  paths: ['/{proxy+}'],
  private: false,
  tag: 'Site',
  summary: 'Not found',
  description: 'Links to the documentation.',
  code: [1000, 1001],
  request: { query: z.looseObject({}) },
  replies: {},
  faults: [404, 405],
});

type Request = Pick<RouteRequest<typeof unknownRoute>, 'method' | 'pathname' | 'baseUrl'>;

/** Throws a Problem that names the methods of the path, or links to the documentation. */
export const rejectUnknownRoute = (
  { method, pathname, baseUrl }: Request,
  routes: readonly Route[],
): never => {
  const path = plainText(pathname, 200);
  const allowed = findMethods(pathname, routes);
  if (allowed.length === 0)
    throw new Problem(
      'route_not_found',
      `There is no ${method} ${path} here. See ${baseUrl}/docs for the routes.`,
    );
  throw new Problem(
    'method_not_allowed',
    `There is no ${method} at ${path}, but ${allowed.join(', ')}.`,
    { allow: allowed },
  );
};

/** The methods of a path, with OPTIONS, which every path has for preflight requests. */
const findMethods = (pathname: string, routes: readonly Route[]): string[] => {
  const methods = routes
    .filter(({ paths }) => paths.some((path) => toPattern(path).test(pathname)))
    .flatMap((known) => known.methods);
  return methods.length ? [...new Set([...methods, 'OPTIONS'])].toSorted() : [];
};

/** A trailing slash is API Gateway's business: it ignores one, as the local gateway does. */
const toPattern = (path: string): RegExp => {
  const pattern = path
    .replaceAll('.', '\\.')
    .replaceAll(/\{[^}]*\+\}/g, '.+')
    .replaceAll(/\{[^}]*\}/g, '[^/]+');
  return new RegExp(`^${pattern.replace(/\/$/, '')}/?$`);
};
