// RFC 6838, section 4.2. Parameters are left out: the types of pictures have none that matter.
const named = /^\s*([a-z\d][a-z\d!#$&^_.+-]{0,126}\/[a-z\d][a-z\d!#$&^_.+-]{0,126})\s*(?:;|$)/i;

/**
 * The media type in an untrusted Content-Type, safe to send to S3: a Latin-1 byte or a tab in it would
 * break the signature of our own request. Undefined where there is none.
 */
export const parseMediaType = (contentType: string | undefined): string | undefined =>
  named.exec(contentType ?? '')?.[1];
