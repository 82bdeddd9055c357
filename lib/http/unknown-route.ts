import { Problem } from '#lib/problem.ts';
import { type RouteRequest, route } from './route.ts';

/** What API Gateway calls where no route fits: other paths, and other methods on known ones. */
export const unknownRoute = route({
  name: 'answerUnknownRoute',
  methods: ['GET', 'HEAD', 'POST', 'DELETE'],
  paths: ['/{proxy+}'],
  private: false,
  tag: 'Front door',
  summary: 'There is nothing here',
  description: 'Says so, and where to look.',
  code: [1000, 1001],
  request: {},
  replies: {},
  faults: [404],
});

export const rejectUnknownRoute = async ({
  method,
  pathname,
  baseUrl,
}: RouteRequest<typeof unknownRoute>): Promise<never> => {
  const path = pathname.slice(0, 200);
  throw new Problem(
    'not-found',
    `There is no ${method} ${path} here. See ${baseUrl}/docs for what there is.`,
  );
};
