// RFC 6838, section 4.2. Parameters are left out: of a picture's type they say nothing.
const named = /^\s*([a-z\d][a-z\d!#$&^_.+-]{0,126}\/[a-z\d][a-z\d!#$&^_.+-]{0,126})\s*(?:;|$)/i;

/**
 * The media type in a stranger's Content-Type, fit to be sent on: a Latin-1 byte or a tab in it
 * would not survive the signature of our own request. Undefined where there is none.
 */
export const parseMediaType = (contentType: string | undefined): string | undefined =>
  named.exec(contentType ?? '')?.[1];
