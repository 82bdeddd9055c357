import { isIP } from 'node:net';
import type { ExplainUnusableUrl } from '#lib/webhooks/check-receiver.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { isPublic } from './public-address.ts';
import { parseUntrustedUrl } from './untrusted-url.ts';

/**
 * Why the guarded agent will never request a URL, whatever names resolve to: another scheme, a user name,
 * an address that is not public, written as such or as `localhost` (RFC 6761 §6.3). Nothing is looked up:
 * what a name resolves to is checked while connecting.
 */
export const explainUnusableUrl = (allowHosts: readonly string[]): ExplainUnusableUrl => {
  const isAllowed = allowedHosts(allowHosts);

  return (text) => {
    const target = parseUntrustedUrl(text);
    if ('failure' in target) return target.failure;
    const { url } = target;
    const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
    const isLoopback = host === 'localhost' || host.endsWith('.localhost');
    const isPrivate = isLoopback || (isIP(host) !== 0 && !isPublic(host));
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    return isPrivate && !isAllowed(host, port)
      ? 'points to a private address, which is not allowed'
      : undefined;
  };
};
