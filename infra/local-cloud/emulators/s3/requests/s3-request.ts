import type { IncomingMessage } from 'node:http';
import { S3Error } from '../s3-error.ts';
import { type Authorization, authorize } from './authorize.ts';
import type { AccessKey } from './credentials.ts';
import { decodeUri, parseQuery, splitUrl } from './uri.ts';

/** Bucket and key of a request; empty where it names none. */
export type Address = { bucket: string; key: string };

/** A request whose signature is right. */
export type S3Request = Address & {
  method: string;
  query: ReadonlyMap<string, string>;
  /** By lower-case name; `x-amz-…` that a presigned URL carries in its query are among them. */
  headers: Readonly<Record<string, string>>;
  authorization: Authorization;
  message: IncomingMessage;
};

const maxKeyBytes = 1024;

/** Of `/bucket/key`, or of `/key` at the host `bucket.localhost`. */
export const parseAddress = (url: string, host = ''): Address => {
  const { path } = splitUrl(url);
  const [, hostBucket] = /^(.+)\.localhost(?::\d+)?$/i.exec(host) ?? [];
  const [, first = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const address = hostBucket
    ? { bucket: hostBucket, key: decodeUri(path.slice(1)) }
    : { bucket: decodeUri(first), key: decodeUri(rest) };
  checkKeyLength(address.key);
  return address;
};

/** Throws KeyTooLongError. Any other UTF-8 is a key: none ever becomes a path. */
export const checkKeyLength = (key: string): void => {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes <= maxKeyBytes) return;
  const detail = { Size: sizeBytes, MaxSizeAllowed: maxKeyBytes };
  throw new S3Error('KeyTooLongError', 'Your key is too long', detail);
};

/** Throws the S3Error of a request that is not signed, or not rightly. */
export const parseRequest = (message: IncomingMessage, key: AccessKey): S3Request => {
  const { method = 'GET', url = '/', headers } = message;
  const address = parseAddress(url, headers.host);
  const authorization = authorize({ method, url, headers }, key, new Date());
  const query = new Map(parseQuery(splitUrl(url).search));
  const allHeaders: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) allHeaders[name] = String(value);
  }
  for (const [name, value] of query) {
    if (/^x-amz-/i.test(name)) allHeaders[name.toLowerCase()] ??= value;
  }
  return { ...address, method, query, headers: allHeaders, authorization, message };
};
