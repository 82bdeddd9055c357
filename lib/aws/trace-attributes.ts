import { currentTraceparent } from '#lib/tracing/spans.ts';

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
