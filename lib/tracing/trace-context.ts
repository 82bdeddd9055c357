/** A position in a trace, as it is passed between processes. Ids are lower-case hex. */
export type TraceContext = { traceId: string; spanId: string; isSampled: boolean };

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` (W3C Trace Context, §3.2). Undefined for what is none: then a trace begins anew,
 * as §3.3 asks.
 */
export const parseTraceparent = (text: string | undefined): TraceContext | undefined => {
  const [, version, traceId = '', spanId = '', flags = '', rest] = form.exec(text ?? '') ?? [];
  if (!version || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
};

export const formatTraceparent = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
