import { isIPv6 } from 'node:net';

/** Whether a host, an IPv6 address without its brackets, may be reached although private. */
export const allowedHosts = (allowHosts: readonly string[]) => {
  const allowed = new Set(allowHosts.map(normalizeHost));
  return (hostname: string, port: number): boolean =>
    allowed.has(`${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`);
};

/** The entry as a URL writes it, always with its port. Throws where it is none. */
const normalizeHost = (entry: string): string => {
  const [, host, port] = entry.trim().match(/^(.+):(\d{1,5})$/) ?? [];
  const url = host && URL.parse(`http://${host}/`);
  if (!url || !port || url.href !== `http://${url.hostname}/`)
    throw new Error(
      `FETCH_ALLOW_HOSTS holds "${entry}"; write host:port, for example 127.0.0.1:8080.`,
    );
  return `${url.hostname}:${Number(port)}`;
};
