import { refusal } from './refusal.ts';
import { decoded } from './signature.ts';

/** Bucket and key of a request's URL; empty where it names none. */
export const addressOf = (url: string): { bucket: string; key: string } => {
  const path = url.split('?')[0] ?? '';
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { bucket: decoded(bucket), key: decoded(key) };
};

/**
 * Refuses keys that are too long, and those with a `.` or `..` between slashes: they do no harm
 * here, but tools that copy objects to files would leave their folder.
 */
export const checkKey = (key: string): void => {
  if (Buffer.byteLength(key) > 1024) throw refusal('KeyTooLongError', 'Your key is too long');
  if (key.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw refusal('InvalidArgument', 'A key must not have . or .. between its slashes');
  }
};
