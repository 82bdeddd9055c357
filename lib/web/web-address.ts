/** Signed links are long; what is longer than this is no link. */
const mostCharacters = 8192;

/**
 * Reads a stranger's URL as browsers do (WHATWG URL), so that `http://2130706433/`, `http://127.1/`
 * and full-width digits are seen as the address they mean. A fault is the end of a sentence that
 * begins with the URL. `base` is what a relative redirect starts from.
 */
export const readWebAddress = (text: string, base?: URL): { url: URL } | { fault: string } => {
  if (text.length > mostCharacters) return { fault: `is longer than ${mostCharacters} characters` };
  const url = URL.parse(text, base?.href);
  if (!url) return { fault: 'is not a valid URL' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { fault: 'is not an http or https URL' };
  // Fetching with them would make us the one who knows; leaving them out would fetch another thing.
  if (url.username || url.password)
    return { fault: 'holds a user name or password, which is not taken' };
  url.hash = '';
  return { url };
};

/**
 * A URL as a sentence may name it: without user name, password, query and fragment (signed links
 * hold their secret there), and cut where it is long.
 */
export const shown = (text: string): string => {
  const url = URL.parse(text);
  const plain = url ? `${url.protocol}${url.host ? '//' : ''}${url.host}${url.pathname}` : text;
  // Characters that are not seen but turn text around, in what no parser has cleaned.
  const clean = plain.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '');
  return clean.length > 150 ? `${clean.slice(0, 149)}…` : clean;
};
