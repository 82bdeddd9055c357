import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { type Attributes, otlpExporter, type SpanKind } from './otlp-exporter.ts';
import { formatTraceparent, parseTraceparent } from './trace-context.ts';

type ActiveSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  isSampled: boolean;
  attributes: Attributes;
};

// Read here and not in lib/config.ts, which wants the resources of a deployment as well.
const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
const exporter = endpoint ? otlpExporter(endpoint) : undefined;
const active = new AsyncLocalStorage<ActiveSpan>();

/** Whether spans are made and exported. */
export const isTracing = exporter !== undefined;

/** Lambda freezes a process between invocations, so spans are sent before each one ends. */
const isOnLambda = Boolean(process.env['AWS_LAMBDA_RUNTIME_API']);
const sendAfterMs = 500;
let timer: NodeJS.Timeout | undefined;

type SpanOptions = {
  kind?: SpanKind;
  /** A `traceparent` that came along; by default the parent is the span that this one is in. */
  parent?: string | undefined;
  attributes?: Attributes;
};

/** Runs `work` in a span of its own, if traces are exported at all. What is thrown passes through. */
export const inSpan = async <T>(
  name: string,
  { kind = 'internal', parent, attributes = {} }: SpanOptions,
  work: () => Promise<T>,
): Promise<T> => {
  if (!exporter) return work();
  const span = open(parent, attributes);
  const startedAt = now();
  const end = (error?: unknown) => {
    if (!span.isSampled) return;
    const { isSampled: _, ...ended } = span;
    const failed = error === undefined ? {} : { error: errorName(error) };
    exporter.add({ ...ended, name, kind, startedAt, endedAt: now(), ...failed });
    if (!isOnLambda) sendSoon();
  };
  try {
    const result = await active.run(span, work);
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
};

const open = (parent: string | undefined, attributes: Attributes): ActiveSpan => {
  const context = parseTraceparent(parent) ?? active.getStore();
  return {
    traceId: context?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: context?.spanId,
    isSampled: context?.isSampled ?? true,
    attributes: { ...attributes },
  };
};

/** Adds to the span that the caller is in. */
export const annotateSpan = (attributes: Attributes): void => {
  const span = active.getStore();
  if (span) Object.assign(span.attributes, attributes);
};

/** The `traceparent` to send along, if the caller is in a span. */
export const currentTraceparent = (): string | undefined => {
  const span = active.getStore();
  return span && formatTraceparent(span);
};

/**
 * Makes the span that the caller is in part of this trace, unless it has a parent. An S3 event carries no
 * header: whose object it is about is known only once the object's metadata has been read. Events of S3
 * have one object each.
 */
export const continueTrace = (traceparent: string | undefined): void => {
  const span = active.getStore();
  const context = parseTraceparent(traceparent);
  if (!span || span.parentSpanId !== undefined || !context) return;
  const { traceId, spanId, isSampled } = context;
  Object.assign(span, { traceId, parentSpanId: spanId, isSampled });
};

/** The field by which a log line and a trace find each other. */
export const traceFields = (): { trace_id?: string } => {
  const span = active.getStore();
  return span ? { trace_id: span.traceId } : {};
};

/** To be awaited when an invocation ends. Elsewhere than on Lambda the process goes on, and sends later. */
export const flushSpans = async (): Promise<void> => {
  if (exporter && isOnLambda) await exporter.flush();
};

const sendSoon = (): void => {
  if (timer) return;
  timer = setTimeout(() => {
    timer = undefined;
    void exporter?.flush();
  }, sendAfterMs).unref();
};

const now = (): number => performance.timeOrigin + performance.now();

const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'Error');
