/** Signed URLs are long, but not longer than this. */
const maxCharacters = 8192;

/**
 * Parses an untrusted http or https URL as browsers do (WHATWG URL), so that `http://2130706433/`,
 * `http://127.1/` and full-width digits become the address they mean. `failure` is the end of a
 * sentence that begins with the URL; `base` resolves a relative redirect.
 */
export const parseUntrustedUrl = (text: string, base?: URL): { url: URL } | { failure: string } => {
  if (text.length > maxCharacters) return { failure: `is longer than ${maxCharacters} characters` };
  const url = URL.parse(text, base?.href);
  if (!url) return { failure: 'is not a valid URL' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { failure: 'is not an http or https URL' };
  // Sending credentials for a third party is not our task, and without them it is another resource.
  if (url.username || url.password)
    return { failure: 'contains a user name or password, which is not allowed' };
  url.hash = '';
  return { url };
};

/**
 * A URL for messages: without user name, password, query and fragment (signed URLs hold their secret
 * there), and at most 150 characters.
 */
export const toDisplayUrl = (text: string): string => {
  const url = URL.parse(text);
  const plain = url ? `${url.protocol}${url.host ? '//' : ''}${url.host}${url.pathname}` : text;
  // Invisible characters that could reverse text, in what the parser rejected.
  const clean = plain.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '');
  return clean.length > 150 ? `${clean.slice(0, 149)}…` : clean;
};
