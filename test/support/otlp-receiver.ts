import { z } from 'zod';
import { startLoopbackServer } from './loopback-server.ts';

const Attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });

/** As much of OTLP's JSON as the tests read; strict about ids and times (opentelemetry-proto). */
const Span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string(),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes: z
    .array(Attribute)
    .transform((all) =>
      Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]])),
    ),
  status: z.object({ code: z.int().optional(), message: z.string().optional() }),
});
export type ReceivedSpan = z.infer<typeof Span>;

const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

/** A collector on loopback that takes OTLP/HTTP as JSON, and nothing else. */
export const startOtlpReceiver = async () => {
  const spans: ReceivedSpan[] = [];
  const faults: string[] = [];
  let requests = 0;
  const server = await startLoopbackServer((request, body, response) => {
    requests++;
    const parsed = Export.safeParse(JSON.parse(body.toString()));
    const isTraces = request.method === 'POST' && request.url === '/v1/traces';
    if (isTraces && parsed.success)
      spans.push(
        ...parsed.data.resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap((scope) => scope.spans),
        ),
      );
    else faults.push(`${request.method} ${request.url}: ${parsed.error}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return { ...server, spans, faults, requests: () => requests };
};
