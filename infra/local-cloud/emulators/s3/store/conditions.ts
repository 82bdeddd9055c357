import { noSuchKey, preconditionFailed } from '../s3-error.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What must be true of the present object when a new one takes its place. */
export type WriteConditions = { ifMatch?: string | undefined; ifNoneMatch?: string | undefined };

export const writeConditions = (headers: Headers): WriteConditions => ({
  ifMatch: headers['if-match'],
  ifNoneMatch: headers['if-none-match'],
});

/** Throws PreconditionFailed, or NoSuchKey where an object with an ETag is wanted and none is. */
export const checkWriteConditions = (
  key: string,
  present: { etag: string } | undefined,
  { ifMatch, ifNoneMatch }: WriteConditions,
): void => {
  if (ifNoneMatch !== undefined && present && etagMatches(ifNoneMatch, present.etag)) {
    throw preconditionFailed('If-None-Match');
  }
  if (ifMatch === undefined) return;
  if (!present) throw noSuchKey(key);
  if (!etagMatches(ifMatch, present.etag)) throw preconditionFailed('If-Match');
};

/** Whether a list of ETags, or *, names this one. */
export const etagMatches = (header: string, etag: string): boolean =>
  header
    .split(',')
    .some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '').replaceAll('"', '')));

/**
 * Judges the conditions of a GET or HEAD, or, with a prefix, those of the source of a copy. Throws
 * PreconditionFailed; true if the client has the object already.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export const isNotModified = (
  object: { etag: string; modified_at: number },
  headers: Headers,
  prefix = '',
): boolean => {
  const modifiedAt = Math.floor(object.modified_at / 1000) * 1000;
  const time = (name: string) => Date.parse(headers[prefix + name] ?? '');
  const ifMatch = headers[`${prefix}if-match`];
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  if (ifMatch !== undefined) {
    if (!etagMatches(ifMatch, object.etag)) throw preconditionFailed('If-Match');
  } else if (modifiedAt > time('if-unmodified-since')) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return etagMatches(ifNoneMatch, object.etag);
  return modifiedAt <= time('if-modified-since');
};
