import { isHostAllowed } from '../http/host-guard.ts';

export type GuardOptions = {
  /** The address that is listened on. */
  host: string;
  /** Without a key none is required, and pages of other origins are refused instead. */
  hasKey: boolean;
  /** Origins whose pages may use an API without a key, beside its own; e.g. `https://photos.example`. */
  allowedOrigins: readonly string[];
  /** Names by which a proxy or tunnel passes requests on, with their ports; e.g. `photos.example`. */
  allowedHosts: readonly string[];
};

type Headers = Readonly<Record<string, unknown>>;

/**
 * Why a request is refused, if it is: `host` for a name that is not this machine's, as after DNS
 * rebinding, `origin` for a page of another origin where there is no key.
 */
export const findRefusal = (
  headers: Headers,
  options: GuardOptions,
): 'host' | 'origin' | undefined => {
  const host = String(headers['host'] ?? '').toLowerCase();
  const isNamed = options.allowedHosts.includes(host);
  if (!isNamed && !isHostAllowed(host, options.host)) return 'host';
  const origin = headers['origin'];
  if (options.hasKey || origin === undefined) return undefined;
  const own = [`http://${host}`, `https://${host}`, ...options.allowedOrigins];
  return own.includes(String(origin).toLowerCase()) ? undefined : 'origin';
};
