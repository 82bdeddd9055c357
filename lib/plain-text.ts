/** Untrusted text for a message: on one line, without control characters, truncated. */
export const plainText = (text: string, maxLength = 100): string => {
  const start = text.slice(0, maxLength + 1).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  // A character beyond the BMP must not be cut in half.
  const short = start.length > maxLength ? `${start.slice(0, maxLength - 1)}…` : start;
  return short.replace(/[\ud800-\udbff](?=…|$)/, '').trim();
};
