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
  welcome: strict,
  docs: strict,
  redoc: {
    ...strict,
    'style-src': "'self' 'unsafe-inline'", // styled-components writes <style> elements
    'worker-src': 'blob:', // its search index is built in a worker made from a string
  },
};

export const securityHeadersOf = (page: PageName): Record<string, string> => ({
  'content-security-policy': Object.entries(policies[page])
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; '),
  'referrer-policy': 'no-referrer',
});
