import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { systemErrorCode } from '#lib/system-error-code.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { isPublic } from './public-address.ts';

export type ResolvedAddress = { address: string; family: number };

/** All addresses of a host name. Throws what `dns.lookup` throws: ENOTFOUND, EAI_AGAIN, … */
export type Resolver = (hostname: string) => Promise<ResolvedAddress[]>;

/** The host is, or resolves to, an address outside the public internet. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  /** Only an address that the URL itself named: what our resolver knows of internal names is private. */
  readonly written: string | undefined;

  constructor(written: string | undefined) {
    super('The address is private.');
    this.written = written;
  }
}

/** The name could not be resolved; `code` is the resolver's. */
export class UnresolvedHostError extends Error {
  override readonly name = 'UnresolvedHostError';
  readonly code: string;

  constructor(code: string) {
    super(`The host name could not be resolved (${code}).`);
    this.code = code;
  }
}

/** No connection was made; `reason` is the system's or OpenSSL's code. */
export class ConnectionFailedError extends Error {
  override readonly name = 'ConnectionFailedError';
  // Not named `code`: undici acts on some of these codes.
  readonly reason: string;

  constructor(reason: string) {
    super(`The connection failed (${reason}).`);
    this.reason = reason;
  }
}

export type GuardOptions = {
  /** `host:port` that may be reached although private; both must match the URL's exactly. */
  allowHosts: readonly string[];
  /** For resolving, and again for connecting. The caller bounds the total by a signal. */
  timeoutMs: number;
  resolve?: Resolver | undefined;
};

/**
 * An undici agent for untrusted URLs, against SSRF: it connects to public addresses and to
 * `allowHosts` only, after redirects too. A name is resolved once per connection, all its addresses
 * must be public, and the connection is made to the addresses that were checked, so a second answer
 * of the resolver (DNS rebinding) is never used. Ignores proxies and the certificate settings of the
 * environment. Connecting throws PrivateAddressError, UnresolvedHostError or ConnectionFailedError.
 */
export const guardedAgent = ({ allowHosts, timeoutMs, resolve = lookupAll }: GuardOptions) => {
  const isAllowed = allowedHosts(allowHosts);

  const resolvePublic = async (hostname: string, port: number): Promise<ResolvedAddress[]> => {
    const literal = isIP(hostname);
    const addresses = literal
      ? [{ address: hostname, family: literal }]
      : await resolve(hostname).catch((error: unknown) => {
          throw new UnresolvedHostError(systemErrorCode(error) ?? 'UNKNOWN');
        });
    if (addresses.length === 0) throw new UnresolvedHostError('ENOTFOUND');
    const safe = isAllowed(hostname, port) || addresses.every(({ address }) => isPublic(address));
    if (!safe) throw new PrivateAddressError(literal ? hostname : undefined);
    return addresses;
  };

  return new Agent({
    allowH2: false,
    // Servers may ask for up to ten minutes; an untrusted one gets some seconds.
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 10_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: (options, callback) => {
      const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
      withTimeout(timeoutMs, resolvePublic(options.hostname, port))
        .then((addresses) => {
          const lookup = fixedLookup(addresses);
          const connect = buildConnector({ ...secure, timeout: timeoutMs, lookup });
          connect(options, (error, socket) => {
            if (socket) callback(null, socket);
            // Not the original error: it names internal addresses, and undici acts on some codes.
            else callback(new ConnectionFailedError(systemErrorCode(error) ?? 'UNKNOWN'), null);
          });
        })
        .catch((error: Error) => callback(error, null));
    },
  });
};

const secure = { allowH2: false, rejectUnauthorized: true };

const lookupAll: Resolver = (hostname) => lookup(hostname, { all: true });

/** A lookup for `net.connect` that returns these addresses for any name. */
const fixedLookup =
  (addresses: ResolvedAddress[]): LookupFunction =>
  (_hostname, { all }, callback) => {
    const [{ address, family } = { address: '', family: 0 }] = addresses;
    if (all) callback(null, addresses);
    else callback(null, address, family);
  };

const withTimeout = async <T>(timeoutMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UnresolvedHostError('ETIMEOUT')), timeoutMs);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
};
