import { parseRetryAfter } from '#lib/retry-after.ts';
import { defaultUserAgent } from '#lib/user-agent.ts';
import type { SendWebhook, WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { explainFailure } from './fetch-failure.ts';
import { guardedAgent, PrivateAddressError, type Resolver } from './guarded-agent.ts';
import { parseUntrustedUrl, toDisplayUrl } from './untrusted-url.ts';
import { isSecret, signWebhook } from './webhook-signature.ts';

export { isSecret, newSecret } from './webhook-signature.ts';

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

/** Only the status counts; so much of the body is read that the connection can be reused. */
const maxBodyBytes = 4096;

/**
 * Delivers a JSON body once, signed by Standard Webhooks, to an untrusted URL: to public addresses
 * and `allowHosts` only, without following redirects. Every behaviour of the receiver is a returned
 * outcome, and so is a missing or malformed secret: the schedule retries it, and the batch shows it.
 * Throws only where the secret cannot be fetched.
 *
 * Permanent are a URL that is never requested, and the redirects that RFC 9110 calls permanent. Any
 * other status is retried, as Standard Webhooks says, 4xx included: a receiver that is being deployed
 * answers 404, and one that does not have the new secret yet 400 or 401.
 */
export const sendWebhook = ({
  secret,
  now,
  timeoutMs,
  userAgent = defaultUserAgent(),
  ...guard
}: Options): SendWebhook => {
  const agent = guardedAgent({ timeoutMs, ...guard });

  return async ({ id, url: text, body }): Promise<WebhookResponse> => {
    const key = await secret();
    if (key === undefined || !isSecret(key)) return { ok: false, status: null, error: unsigned };
    const signature = signWebhook(key, { id, at: now(), body });
    const place = toDisplayUrl(text);
    const unsent = (failure: string) =>
      ({ ok: false, status: null, error: `${place} ${failure}.` }) as const;

    const target = parseUntrustedUrl(text);
    if ('failure' in target) return { ...unsent(target.failure), permanent: true };

    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { 'content-type': 'application/json', 'user-agent': userAgent, ...signature };
    const { origin, pathname, search } = target.url;
    const response = await agent
      .request({ method: 'POST', origin, path: pathname + search, signal, headers, body })
      .catch((error: unknown) => ({
        ...explainFailure(error, { timedOut: signal.aborted, timeoutMs }),
        isPrivate: error instanceof PrivateAddressError,
      }));
    if ('failure' in response)
      return { ...unsent(response.failure), ...(response.isPrivate && { permanent: true }) };

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
      ...((status === 301 || status === 308) && { permanent: true }),
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
