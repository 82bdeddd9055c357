// Zero width space, word joiner, byte order mark: they are copied along with text, and
// invisible. Joiners are letters of some scripts and of emoji, so they stay.
const zeroWidth = /[\u200b\u2060\ufeff]/g;

/** The text without characters that have no width and no meaning. */
export const withoutZeroWidth = (text: string): string => text.replaceAll(zeroWidth, '');

// In a URL these, too: joiners, soft hyphens and marks of direction. Browsers send such as %-escapes.
const invisible = /[\u00ad\u200c-\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A cell of URLs without invisible characters. */
export const withoutInvisible = (urls: string): string => urls.replaceAll(invisible, '');
