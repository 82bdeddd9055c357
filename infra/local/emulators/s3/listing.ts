import type { Context } from 's3rver';
import type { Catalogue, StoredObject } from './catalogue.ts';
import { refusal } from './refusal.ts';
import { afterAll } from './s3rver-store.ts';

const listParameters = new Set([
  ...['list-type', 'prefix', 'delimiter', 'max-keys', 'encoding-type', 'fetch-owner'],
  ...['start-after', 'continuation-token', 'marker', 'x-id'],
]);

/** A GET of a bucket asks for its objects, unless the query names something else. */
export const isListing = (query: Context['query']): boolean =>
  Object.keys(query).every((name) => listParameters.has(name));

/**
 * ListObjects, in both versions. s3rver's own counts no common prefixes towards a page, and its
 * continuation tokens need a cipher that OpenSSL 3 refuses.
 */
export const listing = (catalogue: Catalogue, bucket: string, query: Context['query']) => {
  const text = (name: string) => String(query[name] ?? '');
  const isSecond = query['list-type'] === '2';
  const prefix = text('prefix');
  const delimiter = text('delimiter');
  const maxKeys = Math.min(1000, Number(query['max-keys'] ?? 1000));
  if (!(maxKeys >= 0)) throw refusal('InvalidArgument', 'max-keys is not a number');
  const token = text('continuation-token');
  const after = token
    ? Buffer.from(token, 'base64url').toString()
    : text(isSecond ? 'start-after' : 'marker');

  const page = pageOf(catalogue, bucket, { prefix, delimiter, after, maxKeys });
  const isEncoded = query['encoding-type'] === 'url';
  const shown = (key: string) => (isEncoded ? encodeURIComponent(key).replaceAll('%2F', '/') : key);
  const next = page.isTruncated ? page.last : undefined;
  return {
    ListBucketResult: {
      '@': { xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' },
      Name: bucket,
      Prefix: shown(prefix),
      Delimiter: delimiter ? shown(delimiter) : undefined,
      MaxKeys: maxKeys,
      EncodingType: isEncoded ? 'url' : undefined,
      IsTruncated: page.isTruncated,
      ...(isSecond
        ? {
            KeyCount: page.objects.length + page.prefixes.length,
            ContinuationToken: token || undefined,
            NextContinuationToken: next && Buffer.from(next).toString('base64url'),
          }
        : { Marker: shown(after), NextMarker: next && shown(next) }),
      Contents: page.objects.map((object) => ({
        Key: shown(object.key),
        LastModified: new Date(object.modified_at).toISOString(),
        ETag: JSON.stringify(object.etag),
        Size: object.size_bytes,
        StorageClass: 'STANDARD',
      })),
      CommonPrefixes: page.prefixes.map((one) => ({ Prefix: shown(one) })),
    },
  };
};

type Wanted = { prefix: string; delimiter: string; after: string; maxKeys: number };

const pageOf = (catalogue: Catalogue, bucket: string, wanted: Wanted) => {
  const { prefix, delimiter, after, maxKeys } = wanted;
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  const isFull = () => objects.length + prefixes.length >= maxKeys;
  let last = '';
  // The least text greater than what was shown last; after a common prefix, beyond all it holds.
  const beyond = (shown: string) =>
    delimiter && shown.length > prefix.length && shown.endsWith(delimiter)
      ? shown + afterAll
      : `${shown}\0`;
  let from = after < prefix ? prefix : beyond(after);
  for (;;) {
    const found = catalogue.list(bucket, from, prefix + afterAll, delimiter ? 100 : maxKeys + 1);
    let jumpedTo: string | undefined;
    for (const object of found) {
      if (isFull()) return { objects, prefixes, last, isTruncated: maxKeys > 0 };
      const cut = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
      if (cut < 0) {
        objects.push(object);
        last = object.key;
        continue;
      }
      last = object.key.slice(0, cut + delimiter.length);
      prefixes.push(last);
      jumpedTo = last + afterAll;
      break;
    }
    if (!jumpedTo && found.length < (delimiter ? 100 : maxKeys + 1)) {
      return { objects, prefixes, last, isTruncated: false };
    }
    from = jumpedTo ?? beyond(last);
  }
};
