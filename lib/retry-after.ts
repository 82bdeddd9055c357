/** Longer waits than a day are not believed. */
const mostSeconds = 24 * 60 * 60;

/**
 * The seconds that a `Retry-After` header asks us to wait (RFC 9110 §10.2.3: seconds or a date),
 * whole, between 0 and 86 400; undefined where it says nothing or something else.
 */
export const retryAfterOf = (header: string | undefined, now: Date): number | undefined => {
  const value = header?.trim() ?? '';
  const seconds = /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : untilDate(value, now);
  if (seconds === undefined) return undefined;
  return Math.min(mostSeconds, Math.max(0, Math.ceil(seconds)));
};

const untilDate = (value: string, now: Date): number | undefined => {
  // Date.parse takes almost anything ("-5", "Sat, 99 Nov"); RFC 9110 §5.6.7 has one form to write.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value))
    return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : (at - now.getTime()) / 1000;
};
