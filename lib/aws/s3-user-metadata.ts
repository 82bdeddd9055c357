const maxBytes = 900; // S3 keeps 2 kB of metadata, for all labels and their names together

/**
 * Labels as S3 can keep them: in ASCII, percent-encoded. A label that is too long loses its end;
 * the bytes of an object matter more than its name.
 */
export const encodeUserMetadata = (userMetadata: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(userMetadata).map(([name, value]) => [name, encode(value)]));

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

/** Strangers may write labels of their own, and mean a `%` as it stands. */
const decode = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
};
