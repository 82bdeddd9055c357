import { plainText } from '#lib/plain-text.ts';
import { Problem } from '#lib/problem.ts';
import { PageQuery } from './image-requests.ts';
import { type RouteRequest, route } from './route.ts';

/** The fallback route: paths that no other route has. */
export const unknownRoute = route({
  name: 'answerUnknownRoute',
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  paths: ['/{proxy+}'],
  private: false,
  tag: 'Site',
  summary: 'Not found',
  description: 'Links to the documentation.',
  code: [1000, 1001],
  request: { query: PageQuery },
  replies: {},
  faults: [404],
});

/** Throws a Problem that links to the documentation. */
export const rejectUnknownRoute = async ({
  method,
  pathname,
  baseUrl,
}: RouteRequest<typeof unknownRoute>): Promise<never> => {
  const path = plainText(pathname, 200);
  throw new Problem(
    'route_not_found',
    `There is no ${method} ${path} here. See ${baseUrl}/docs for the routes.`,
  );
};
