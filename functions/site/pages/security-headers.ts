import type { PageName } from './assets.ts';

/** Nothing from other hosts, nothing inline, no framing. */
const strictPolicy = {
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
  gallery: strictPolicy,
  docs: strictPolicy,
  redoc: {
    ...strictPolicy,
    'style-src': "'self' 'unsafe-inline'", // styled-components writes <style> elements
    'worker-src': 'blob:', // its search index is built in a worker made from a string
  },
};

/**
 * The gallery posts pictures to S3 and is redirected there for large ones, so that one origin
 * is allowed too. `blob:` is for local previews, and for pictures that were fetched with a key.
 */
const allowStore = (policy: Record<string, string>, store: string): Record<string, string> => ({
  ...policy,
  'img-src': `${policy['img-src']} blob: ${store}`,
  'connect-src': `${policy['connect-src']} ${store}`,
});

/** `store`: the origin of the buckets as browsers reach it, for the page that connects to them. */
export const securityHeaders = (page: PageName, store?: string): Record<string, string> => {
  const policy = store ? allowStore(policies[page], store) : policies[page];
  return {
    'content-security-policy': Object.entries(policy)
      .map(([directive, sources]) => `${directive} ${sources}`)
      .join('; '),
    'referrer-policy': 'no-referrer',
  };
};
