import { retryAfterOf } from '#lib/retry-after.ts';

/** Longer waits than this are not believed: an SQS message would be away for too long. */
const mostSeconds = 15 * 60;

/**
 * The seconds a provider asks us to wait, whole, between 0 and 900; undefined where it does not say
 * or says something else. Reads `Retry-After` (RFC 9110 §10.2.3: seconds or a date),
 * `retry-after-ms` (OpenAI), and what the body says where no header does: `retryDelay: "37s"`
 * (google.rpc.RetryInfo, Gemini) and `estimated_time` (a Hugging Face model that is loading).
 */
export const waitAskedFor = (headers: Headers, body: string, now: Date): number | undefined => {
  const seconds =
    retryAfterOf(headers.get('retry-after') ?? undefined, now) ??
    thousandthOf(headers.get('retry-after-ms')) ??
    numberOf(body.match(/"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/)?.[1]) ??
    numberOf(body.match(/"estimated_time"\s*:\s*(\d+(?:\.\d+)?)/)?.[1]);
  if (seconds === undefined) return undefined;
  return Math.min(mostSeconds, Math.max(0, Math.ceil(seconds)));
};

const thousandthOf = (value: string | null): number | undefined => {
  const milliseconds = numberOf(value?.trim());
  return milliseconds === undefined ? undefined : milliseconds / 1000;
};

const numberOf = (value: string | undefined): number | undefined =>
  value && /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : undefined;
