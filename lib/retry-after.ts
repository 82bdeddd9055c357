/** Longer waits than a day are ignored. */
const maxSeconds = 24 * 60 * 60;

/** Longer waits than this would keep an SQS message invisible for too long. */
const maxProviderSeconds = 15 * 60;

/**
 * The seconds that a `Retry-After` header requires a client to wait (RFC 9110 §10.2.3: seconds or a
 * date), whole, between 0 and 86 400; undefined where it says nothing or something else.
 */
export const parseRetryAfter = (header: string | undefined, now: Date): number | undefined => {
  const value = header?.trim();
  const seconds = parseNumber(value) ?? secondsUntil(value, now);
  return seconds === undefined ? undefined : clamp(seconds, maxSeconds);
};

/**
 * The seconds that an AI provider wants a client to wait, whole, between 0 and 900; undefined where
 * it does not say. Reads `Retry-After`, `retry-after-ms` (OpenAI), and the body where no header
 * helps: `retryDelay: "37s"` (google.rpc.RetryInfo, Gemini) and `estimated_time` (a Hugging Face
 * model that is loading).
 */
export const parseProviderRetryAfter = (
  headers: Headers,
  body: string,
  now: Date,
): number | undefined => {
  const milliseconds = parseNumber(headers.get('retry-after-ms')?.trim());
  const seconds =
    parseRetryAfter(headers.get('retry-after') ?? undefined, now) ??
    (milliseconds === undefined ? undefined : milliseconds / 1000) ??
    parseNumber(body.match(/"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/)?.[1]) ??
    parseNumber(body.match(/"estimated_time"\s*:\s*(\d+(?:\.\d+)?)/)?.[1]);
  return seconds === undefined ? undefined : clamp(seconds, maxProviderSeconds);
};

const clamp = (seconds: number, max: number): number =>
  Math.min(max, Math.max(0, Math.ceil(seconds)));

const parseNumber = (value: string | undefined): number | undefined =>
  value && /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : undefined;

const secondsUntil = (value: string | undefined, now: Date): number | undefined => {
  // Date.parse takes almost anything ("-5", "Sat, 99 Nov"); RFC 9110 §5.6.7 has one form to write.
  if (!value || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value))
    return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : (at - now.getTime()) / 1000;
};
