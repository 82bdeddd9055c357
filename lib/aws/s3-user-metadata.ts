const maxBytes = 900; // per value; S3 stores 2 kB of metadata, all names and values together

/**
 * User metadata as S3 can store it: in ASCII, percent-encoded. A value that is too long is cut; the
 * bytes of an object matter more than its name.
 */
export const encodeUserMetadata = (userMetadata: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(userMetadata).map(([name, value]) => [name, encode(value)]));

/** User metadata as it was before encodeUserMetadata. */
export const decodeUserMetadata = (metadata: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, decode(value)]));

const encode = (value: string): string => {
  let text = '';
  for (const character of value.toWellFormed()) {
    const next = text + encodeURIComponent(character);
    if (next.length > maxBytes) break;
    text = next;
  }
  return text;
};

/** Other clients write metadata of their own, in which a `%` may stand for itself. */
const decode = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
};
