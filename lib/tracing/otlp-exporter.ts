import { logger } from '#lib/observability.ts';

export type Attributes = Record<string, string | number | boolean | undefined>;

/** OTLP's numbers of the kinds (opentelemetry-proto, `Span.SpanKind`). */
export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export type SpanKind = keyof typeof spanKinds;

export type EndedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: SpanKind;
  /** Milliseconds since 1970, with fractions. */
  startedAt: number;
  endedAt: number;
  attributes: Attributes;
  /** The name of what was thrown. */
  error?: string | undefined;
};

const maxBuffered = 2048; // spans; about a megabyte
const timeoutMs = 1000; // a request waits for it on Lambda
const pauseMs = 30_000; // after a failure: what fails once mostly fails again

/**
 * Sends spans to a collector by OTLP/HTTP as JSON (opentelemetry-proto 1.x). OpenTelemetry's own SDK
 * would add 113 kB to each bundle and 45 ms to a cold start; this is all of it that is needed. Spans that
 * cannot be sent are lost, and that is logged once a pause.
 */
export const otlpExporter = (endpoint: string) => {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  let buffered: EndedSpan[] = [];
  let pausedUntil = 0;

  return {
    add: (span: EndedSpan): void => {
      if (buffered.length < maxBuffered) buffered.push(span);
    },
    flush: async (): Promise<void> => {
      const spans = buffered;
      buffered = [];
      if (spans.length === 0 || performance.now() < pausedUntil) return;
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(toExport(spans)),
          signal: AbortSignal.timeout(timeoutMs),
        });
        await response.arrayBuffer(); // else its connection is not used again
        if (!response.ok) throw new Error(`it answered with ${response.status}`);
      } catch (error) {
        pausedUntil = performance.now() + pauseMs;
        const reason = error instanceof Error ? error.message : String(error);
        logger.warn('traces could not be exported', { reason, spans: spans.length });
      }
    },
  };
};

const toExport = (spans: readonly EndedSpan[]) => ({
  resourceSpans: [
    {
      resource: { attributes: toAttributes({ 'service.name': 'darkroom' }) },
      scopeSpans: [{ scope: { name: 'darkroom' }, spans: spans.map(toSpan) }],
    },
  ],
});

const toSpan = ({ kind, startedAt, endedAt, attributes, error, ...span }: EndedSpan) => ({
  ...span,
  kind: spanKinds[kind],
  startTimeUnixNano: toNanoseconds(startedAt),
  endTimeUnixNano: toNanoseconds(endedAt),
  attributes: toAttributes(attributes),
  status: error === undefined ? {} : { code: 2, message: error },
});

/** As text: a number would lose its last digits. */
const toNanoseconds = (ms: number): string => `${Math.floor(ms * 1000)}000`;

const toAttributes = (attributes: Attributes) =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toValue(value) }],
  );

const toValue = (value: string | number | boolean) => {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};
