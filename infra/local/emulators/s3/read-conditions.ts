import type { Context } from 's3rver';
import type { StoredObject } from './catalogue.ts';
import { isAmong, matches } from './object-store.ts';
import { preconditionFailed, refusal } from './refusal.ts';

/**
 * Judges the conditions of a GET or HEAD, makes its range one that s3rver can read, and gives the
 * checksum to who asks for it. True if the answer is given: 304.
 */
export const prepareRead = (context: Context, object: StoredObject | undefined): boolean => {
  if (!object) return false; // s3rver says that there is no such key
  const { headers } = context.req;
  if (!matches(headers['if-match'], object)) throw preconditionFailed();
  const hasNoneMatch = headers['if-none-match'] !== undefined;
  const modifiedSeconds = Math.floor(object.modified_at / 1000);
  const isKnown = hasNoneMatch
    ? isAmong(String(headers['if-none-match']), object.etag)
    : modifiedSeconds * 1000 <= Date.parse(String(headers['if-modified-since']));
  const unmodifiedSince = Date.parse(String(headers['if-unmodified-since']));
  if (!headers['if-match'] && modifiedSeconds * 1000 > unmodifiedSince) throw preconditionFailed();
  for (const name of ['if-none-match', 'if-modified-since']) delete headers[name];
  if (isKnown) {
    context.status = 304;
    context.set('ETag', JSON.stringify(object.etag));
    return true;
  }

  const range = headers.range && rangeOf(headers.range, object.size_bytes);
  if (range) headers.range = range;
  else delete headers.range;
  const wantsChecksum = String(headers['x-amz-checksum-mode']).toUpperCase() === 'ENABLED';
  if (wantsChecksum && object.sha256 && !range) {
    context.set('x-amz-checksum-sha256', object.sha256);
    context.set('x-amz-checksum-type', 'FULL_OBJECT');
  }
  return false;
};

/** One range from first to last byte; anything else is not a range, and all bytes are sent. */
const rangeOf = (header: string, sizeBytes: number): string | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= sizeBytes) {
    throw refusal('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header,
      ActualObjectSize: sizeBytes,
    });
  }
  return `bytes=${start}-${end}`;
};
