const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a `Host` header names this machine: a loopback name, a bucket below `localhost` (virtual-
 * hosted-style S3 requests), or, where the server listens on other addresses too, anything: then
 * the API key guards it. A page that rebinds its own name to 127.0.0.1 still sends its own name.
 */
export const isHostAllowed = (host: string | undefined, listeningOn: string): boolean => {
  if (!loopbackNames.has(bracketed(listeningOn))) return true;
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  return loopbackNames.has(name) || name.endsWith('.localhost');
};

const bracketed = (address: string): string => (address === '::1' ? '[::1]' : address);
