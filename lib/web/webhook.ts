import { parseRetryAfter } from '#lib/retry-after.ts';
import { faultOf } from './faults.ts';
import { guardedAgent, type Resolver } from './guarded-agent.ts';
import { readWebAddress, shown } from './web-address.ts';
import { isSecret, signatureOf } from './webhook-signature.ts';

export { isSecret, newSecret } from './webhook-signature.ts';

/**
 * How a delivery ended; `ok` is any 2xx. `gone`: the receiver answered 410 and wants no more.
 * `status` is null where there was no answer; `error` is a sentence.
 */
export type WebhookAnswer =
  | { ok: true; status: number }
  | { ok: false; status: number | null; error: string; gone?: true; retryAfterSeconds?: number };

type Options = {
  /** `host:port` of what may be reached although private. */
  allowHosts: readonly string[];
  /** For connecting, waiting and reading together. */
  timeoutMs: number;
  /** `whsec_…`; undefined where none is set. */
  secret: () => Promise<string | undefined>;
  now: () => Date;
  resolve?: Resolver;
};

export type Delivery = { id: string; url: string; body: string };

/** What a receiver has to say is its status; so much of the rest is read to keep the connection. */
const answerBytes = 4096;

/**
 * Delivers a JSON body once, signed after Standard Webhooks, to a stranger's URL: to public
 * addresses and `allowHosts` only, without following redirects. Whatever the receiver does is an
 * answer, and so is a secret that is missing or malformed: it is tried again by the schedule, and
 * stands in the batch. Only a secret that cannot be fetched throws.
 */
export const sendWebhook = ({ secret, now, timeoutMs, ...guard }: Options) => {
  const agent = guardedAgent({ timeoutMs, ...guard });

  return async ({ id, url: text, body }: Delivery): Promise<WebhookAnswer> => {
    const key = await secret();
    if (key === undefined || !isSecret(key)) return { ok: false, status: null, error: unsigned };
    const signature = signatureOf(key, { id, at: now(), body });
    const place = shown(text);
    const unsent = (fault: string) =>
      ({ ok: false, status: null, error: `${place} ${fault}.` }) as const;

    const address = readWebAddress(text);
    if ('fault' in address) return unsent(address.fault);

    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { 'content-type': 'application/json', 'user-agent': 'darkroom', ...signature };
    const { origin, pathname, search } = address.url;
    const response = await agent
      .request({ method: 'POST', origin, path: pathname + search, signal, headers, body })
      .catch((error: unknown) => faultOf(error, { timedOut: signal.aborted, timeoutMs }));
    if ('fault' in response) return unsent(response.fault);

    const { statusCode: status, headers: said } = response;
    // The answer is known; however its body ends does not change it.
    await response.body.dump({ limit: answerBytes, signal }).catch(() => {});
    if (status >= 200 && status < 300) return { ok: true, status };
    const retryAfterSeconds = parseRetryAfter([said['retry-after']].flat()[0], now());
    return {
      ok: false,
      status,
      error: `${place} ${meaningOf(status)}.`,
      ...(status === 410 && { gone: true }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  };
};

const unsigned =
  'The webhook cannot be signed: WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 bytes.';

const meaningOf = (status: number): string => {
  if (status === 410) return 'answered 410: it wants no more webhooks';
  if (status >= 300 && status < 400)
    return `answered ${status}: redirects are not followed, so give the final address`;
  return `answered ${status}`;
};
