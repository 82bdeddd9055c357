import { Problem } from '#lib/problem.ts';
import { type RouteRequest, route } from './route.ts';

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
  request: {},
  replies: {},
  faults: [404],
});

/** Throws a Problem that links to the documentation. */
export const rejectUnknownRoute = async ({
  method,
  pathname,
  baseUrl,
}: RouteRequest<typeof unknownRoute>): Promise<never> => {
  const path = pathname.slice(0, 200);
  throw new Problem(
    'not-found',
    `There is no ${method} ${path} here. See ${baseUrl}/docs for the routes.`,
  );
};
