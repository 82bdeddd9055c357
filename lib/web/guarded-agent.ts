import { lookup } from 'node:dns/promises';
import { isIP, isIPv6, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isPublic } from './public-address.ts';

export type ResolvedAddress = { address: string; family: number };

/** All addresses of a host name. Throws what `dns.lookup` throws: ENOTFOUND, EAI_AGAIN, … */
export type Resolver = (hostname: string) => Promise<ResolvedAddress[]>;

/** The host is, or its name leads to, an address that is not of the public internet. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
  /** Only what the URL itself said: what our resolver knows of inner names stays with us. */
  readonly written: string | undefined;

  constructor(written: string | undefined) {
    super('The address is private.');
    this.written = written;
  }
}

/** The name could not be resolved; `word` is the resolver's code. */
export class UnresolvedHost extends Error {
  override readonly name = 'UnresolvedHost';
  readonly word: string;

  constructor(word: string) {
    super(`The host name could not be resolved (${word}).`);
    this.word = word;
  }
}

/** A connection that never was; `word` is the system's or OpenSSL's code. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';
  readonly word: string;

  constructor(word: string) {
    super(`The connection failed (${word}).`);
    this.word = word;
  }
}

export type GuardOptions = {
  /** `host:port` of what may be reached although private; both must match the URL's exactly. */
  allowHosts: readonly string[];
  /** For resolving, and again for connecting. The total is the caller's to bound, by a signal. */
  timeoutMs: number;
  resolve?: Resolver | undefined;
};

/**
 * The only way out to strangers: connects to public addresses and to `allowHosts`, to nothing else,
 * whoever asks and however often it was redirected. A name is resolved once per connection, every
 * address it has must be public, and the connection is made to the very addresses that were
 * checked: a name that answers differently the second time (DNS rebinding) is not asked twice.
 * Takes no proxy from the environment and accepts no unproven certificate, whatever is set there.
 */
export const guardedAgent = ({ allowHosts, timeoutMs, resolve = lookupAll }: GuardOptions) => {
  const allowed = new Set(allowHosts.map(allowedHostOf));

  const addressesOf = async (hostname: string, port: number): Promise<ResolvedAddress[]> => {
    const literal = isIP(hostname);
    const addresses = literal
      ? [{ address: hostname, family: literal }]
      : await resolve(hostname).catch((error: unknown) => {
          throw new UnresolvedHost(codeOf(error));
        });
    if (addresses.length === 0) throw new UnresolvedHost('ENOTFOUND');
    const host = isIPv6(hostname) ? `[${hostname}]` : hostname;
    const safe =
      allowed.has(`${host}:${port}`) || addresses.every(({ address }) => isPublic(address));
    if (!safe) throw new PrivateAddress(literal ? hostname : undefined);
    return addresses;
  };

  return new Agent({
    allowH2: false,
    // A server may ask for ten minutes; a stranger gets some seconds.
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 10_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: (options, callback) => {
      const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
      within(timeoutMs, addressesOf(options.hostname, port))
        .then((addresses) => {
          const lookup = answering(addresses);
          const connect = buildConnector({ ...connecting, timeout: timeoutMs, lookup });
          connect(options, (error, socket) => {
            if (socket) callback(null, socket);
            // Not the original: it names inner addresses, and undici acts on some of its codes.
            else callback(new ConnectionFailed(codeOf(error)), null);
          });
        })
        .catch((error: Error) => callback(error, null));
    },
  });
};

const connecting = { allowH2: false, rejectUnauthorized: true };

const lookupAll: Resolver = (hostname) => lookup(hostname, { all: true });

/** For `net.connect`: these addresses, whatever the name. */
const answering =
  (addresses: ResolvedAddress[]): LookupFunction =>
  (_hostname, { all }, callback) => {
    const [{ address, family } = { address: '', family: 0 }] = addresses;
    if (all) callback(null, addresses);
    else callback(null, address, family);
  };

const within = async <T>(timeoutMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UnresolvedHost('ETIMEOUT')), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** The entry as a URL would write it, with its port always said. */
const allowedHostOf = (entry: string): string => {
  const [, host, port] = entry.trim().match(/^(.+):(\d{1,5})$/) ?? [];
  const url = host && URL.parse(`http://${host}/`);
  if (!url || !port || url.href !== `http://${url.hostname}/`)
    throw new Error(
      `FETCH_ALLOW_HOSTS holds "${entry}"; write host:port, for example 127.0.0.1:8080.`,
    );
  return `${url.hostname}:${Number(port)}`;
};

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …: a word of the system's, never the message it came with. */
export const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'UNKNOWN';
};
