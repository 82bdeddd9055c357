import { parseRetryAfter } from '#lib/retry-after.ts';
import { defaultUserAgent } from '#lib/user-agent.ts';
import { explainFailure } from './fetch-failure.ts';
import { guardedAgent, type Resolver } from './guarded-agent.ts';
import { parseUntrustedUrl, toDisplayUrl } from './untrusted-url.ts';
import { isSecret, signWebhook } from './webhook-signature.ts';

export { isSecret, newSecret } from './webhook-signature.ts';

/**
 * How a delivery ended; `ok` is any 2xx. `gone`: the receiver answered 410 and wants no more.
 * `status` is null where there was no response; `error` is a sentence.
 */
export type WebhookResponse =
  | { ok: true; status: number }
  | { ok: false; status: number | null; error: string; gone?: true; retryAfterSeconds?: number };

type Options = {
  /** `host:port` that may be reached although private. */
  allowHosts: readonly string[];
  userAgent?: string;
  /** For connecting, waiting and reading together. */
  timeoutMs: number;
  /** `whsec_…`; undefined where none is set. */
  secret: () => Promise<string | undefined>;
  now: () => Date;
  resolve?: Resolver;
};

export type Delivery = { id: string; url: string; body: string };

/** Only the status counts; so much of the body is read that the connection can be reused. */
const maxBodyBytes = 4096;

/**
 * Delivers a JSON body once, signed by Standard Webhooks, to an untrusted URL: to public addresses
 * and `allowHosts` only, without following redirects. Every behaviour of the receiver is a returned
 * outcome, and so is a missing or malformed secret: the schedule retries it, and the batch shows it.
 * Throws only where the secret cannot be fetched.
 */
export const sendWebhook = ({
  secret,
  now,
  timeoutMs,
  userAgent = defaultUserAgent(),
  ...guard
}: Options) => {
  const agent = guardedAgent({ timeoutMs, ...guard });

  return async ({ id, url: text, body }: Delivery): Promise<WebhookResponse> => {
    const key = await secret();
    if (key === undefined || !isSecret(key)) return { ok: false, status: null, error: unsigned };
    const signature = signWebhook(key, { id, at: now(), body });
    const place = toDisplayUrl(text);
    const unsent = (failure: string) =>
      ({ ok: false, status: null, error: `${place} ${failure}.` }) as const;

    const target = parseUntrustedUrl(text);
    if ('failure' in target) return unsent(target.failure);

    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { 'content-type': 'application/json', 'user-agent': userAgent, ...signature };
    const { origin, pathname, search } = target.url;
    const response = await agent
      .request({ method: 'POST', origin, path: pathname + search, signal, headers, body })
      .catch((error: unknown) => explainFailure(error, { timedOut: signal.aborted, timeoutMs }));
    if ('failure' in response) return unsent(response.failure);

    const { statusCode: status, headers: responseHeaders } = response;
    // The status is known; an error in the body does not change it.
    await response.body.dump({ limit: maxBodyBytes, signal }).catch(() => {});
    if (status >= 200 && status < 300) return { ok: true, status };
    const retryAfterSeconds = parseRetryAfter([responseHeaders['retry-after']].flat()[0], now());
    return {
      ok: false,
      status,
      error: `${place} ${explainStatus(status)}.`,
      ...(status === 410 && { gone: true }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  };
};

const unsigned =
  'The webhook cannot be signed: WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 bytes.';

const explainStatus = (status: number): string => {
  if (status === 410) return 'answered 410: it wants no more webhooks';
  if (status >= 300 && status < 400)
    return `answered ${status}: redirects are not followed, so give the final address`;
  return `answered ${status}`;
};
