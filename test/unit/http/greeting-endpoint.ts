import { z } from 'zod';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply, route, single } from '#lib/http/route.ts';
import { Problem } from '#lib/problem.ts';
import { aContext, anHttpEvent } from '#test/support/http-events.ts';

export const greet = route({
  name: 'greet',
  methods: ['POST'],
  paths: ['/api/greetings/{image_id}'],
  otherMethods: { '/api/greetings/{image_id}': ['GET'], '/api/elsewhere': ['DELETE'] },
  private: true,
  tag: 'Greetings',
  summary: 'Greets',
  description: 'Greets',
  code: [9000, 9001],
  request: {
    path: z.object({ image_id: z.string().min(2, 'image_not_found') }),
    query: z.object({ times: z.string().regex(/^\d$/, 'must be one digit').optional() }),
    headers: z.object({ 'x-mood': z.string().max(5).optional() }),
    body: z.object({ loud: z.boolean() }),
  },
  replies: {
    200: single('A greeting', z.object({ text: z.string(), base: z.string(), key: z.string() })),
    503: single('Not in the mood', z.object({ text: z.string() })),
  },
  faults: [400, 404, 422],
});

const aLog = () => {
  const lines: Record<string, unknown>[] = [];
  const record = (level: string) => (message: string, fields: Record<string, unknown>) =>
    void lines.push({ level, message, ...fields });
  return { lines, logger: { info: record('info'), warn: record('warn'), error: record('error') } };
};

export const { lines, logger } = aLog();
const handler = endpoint(
  greet,
  async ({ path, query, headers, body, baseUrl, keyId }) => {
    if (path.image_id === 'unknown')
      throw new Problem('image_not_found', 'There is no such person.', { retryAfterSeconds: 1.2 });
    if (path.image_id === 'broken') throw new Error('the table darkroom-secret is on fire');
    if (headers['x-mood'] === 'bad')
      return reply(503, { text: '…' }, { error: 'Not now.', errorCode: 'service_unavailable' });
    const text = path.image_id.repeat(Number(query.times ?? 1));
    const answer = { text: body.loud ? text.toUpperCase() : text, base: baseUrl, key: keyId };
    return reply(200, { ...answer, hidden: 'internals' });
  },
  { logger },
);

export type EventInput = Parameters<typeof anHttpEvent>[0];
export const post = async (name: string, input: EventInput = {}) => {
  const event = anHttpEvent({
    method: 'POST',
    path: `/api/greetings/${name}`,
    resource: '/api/greetings/{image_id}',
    pathParameters: { image_id: name },
    body: '{"loud":true}',
    ...input,
  });
  const { statusCode, headers, body } = await handler(event, aContext());
  return { status: statusCode, headers, body: JSON.parse(body) };
};
