import type { PageName } from './assets.ts';

/** Nothing from other hosts, nothing inline, in nobody's frame. */
const strict = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

const policies: Record<PageName, Record<string, string>> = {
  gallery: strict,
  docs: strict,
  redoc: {
    ...strict,
    'style-src': "'self' 'unsafe-inline'", // styled-components writes <style> elements
    'worker-src': 'blob:', // its search index is built in a worker made from a string
  },
};

/**
 * The gallery posts pictures into the store and is sent there for large ones, so that one origin
 * may be reached too. `blob:` is for pictures that were fetched with a key.
 */
const withStore = (policy: Record<string, string>, store: string): Record<string, string> => ({
  ...policy,
  'img-src': `${policy['img-src']} blob: ${store}`,
  'connect-src': `${policy['connect-src']} ${store}`,
});

/** `store`: the origin of the buckets as browsers reach it, for the page that speaks to them. */
export const securityHeadersOf = (page: PageName, store?: string): Record<string, string> => {
  const policy = store ? withStore(policies[page], store) : policies[page];
  return {
    'content-security-policy': Object.entries(policy)
      .map(([directive, sources]) => `${directive} ${sources}`)
      .join('; '),
    'referrer-policy': 'no-referrer',
  };
};
