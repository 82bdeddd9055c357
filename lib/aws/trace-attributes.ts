import type { Objects } from '#lib/images/objects.ts';
import { currentTraceparent, isTracing } from '#lib/tracing/spans.ts';

/** The trace context as an attribute of an SQS message; nothing where no trace is made. */
export const traceAttributes = () => {
  const StringValue = currentTraceparent();
  return StringValue
    ? { MessageAttributes: { traceparent: { DataType: 'String', StringValue } } }
    : {};
};

/** The trace context as user metadata: an event of S3 carries no header, but its object does. */
export const traceMetadata = (): Record<string, string> => {
  const traceparent = currentTraceparent();
  return traceparent ? { traceparent } : {};
};

/**
 * Continues the trace in which an object was stored, by its metadata. Without traces nothing is read:
 * register-image looks up no object that its upload has recorded.
 */
export const continueObjectTrace = async (
  key: string,
  objects: Pick<Objects, 'head'>,
): Promise<void> => {
  if (isTracing) await objects.head(key);
};
