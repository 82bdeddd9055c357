import type { S3Request } from '../requests/s3-request.ts';
import { encodeUri } from '../requests/uri.ts';
import type { ListedObject, ObjectStore } from '../store/object-store.ts';
import { countParameter, type Operation, owner, quoted, toIso, xmlNamespace } from './operation.ts';

const maxPageSize = 1000;

/** ListObjects, in both versions. */
export const listObjects: Operation = (request, { objects }) => {
  const { bucket, query } = request;
  const text = (name: string) => query.get(name) ?? '';
  const isSecond = text('list-type') === '2';
  const maxKeys = countParameter(request, 'max-keys', maxPageSize);
  const [prefix, delimiter, token] = [
    text('prefix'),
    text('delimiter'),
    text('continuation-token'),
  ];
  const after = token
    ? Buffer.from(token, 'base64url').toString()
    : text(isSecond ? 'start-after' : 'marker');

  const page = collectPage(objects, bucket, { prefix, delimiter, after, maxKeys });
  const isEncoded = text('encoding-type') === 'url';
  const shown = (key: string) => (isEncoded ? encodeUri(key).replaceAll('%2F', '/') : key);
  const next = page.isTruncated ? page.last : undefined;
  const showsOwner = !isSecond || text('fetch-owner') === 'true';
  const result = {
    ...xmlNamespace,
    Name: bucket,
    Prefix: shown(prefix),
    Delimiter: delimiter ? shown(delimiter) : undefined,
    MaxKeys: maxKeys,
    EncodingType: isEncoded ? 'url' : undefined,
    IsTruncated: page.isTruncated,
    ...(isSecond
      ? {
          KeyCount: page.objects.length + page.prefixes.length,
          StartAfter: text('start-after') ? shown(text('start-after')) : undefined,
          ContinuationToken: token || undefined,
          NextContinuationToken: next && Buffer.from(next).toString('base64url'),
        }
      : { Marker: shown(after), NextMarker: delimiter && next ? shown(next) : undefined }),
    Contents: page.objects.map((object) => ({
      Key: shown(object.key),
      LastModified: toIso(object.modified_at),
      ETag: quoted(object.etag),
      Size: object.size_bytes,
      ChecksumAlgorithm: object.algorithm ?? undefined,
      ChecksumType: object.type ?? undefined,
      Owner: showsOwner ? owner : undefined,
      StorageClass: object.storage_class ?? 'STANDARD',
    })),
    CommonPrefixes: page.prefixes.map((one) => ({ Prefix: shown(one) })),
  };
  return { xml: ['ListBucketResult', result] };
};

type Wanted = { prefix: string; delimiter: string; after: string; maxKeys: number };

const collectPage = (store: ObjectStore, bucket: S3Request['bucket'], wanted: Wanted) => {
  const { prefix, delimiter, after, maxKeys } = wanted;
  const objects: ListedObject[] = [];
  const prefixes: string[] = [];
  const isFull = () => objects.length + prefixes.length >= maxKeys;
  // Beside a delimiter, keys are mostly passed over: look at few, then jump.
  const lookedAt = delimiter ? Math.min(100, maxKeys + 1) : maxKeys + 1;
  const end = afterAllKeys(prefix);
  let last = '';
  let from = isBefore(after, prefix) ? prefix : beyond(after, wanted);
  for (;;) {
    const found = isBefore(from, end) ? store.list(bucket, from, end, lookedAt) : [];
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
      jumpedTo = afterAllKeys(last);
      break;
    }
    if (!jumpedTo && found.length < lookedAt)
      return { objects, prefixes, last, isTruncated: false };
    from = jumpedTo ?? beyond(last, wanted);
  }
};

/** The least text greater than what was shown last; after a common prefix, beyond all it holds. */
const beyond = (shown: string, { prefix, delimiter }: Wanted): string => {
  const isCommonPrefix =
    delimiter !== '' && shown.length > prefix.length && shown.endsWith(delimiter);
  return isCommonPrefix ? afterAllKeys(shown) : `${shown}\0`;
};

// The greatest code point as often as a key of 1024 bytes can hold it, and once more.
const greatest = '\u{10FFFF}'.repeat(257);
const afterAllKeys = (prefix: string) => prefix + greatest;

// JavaScript compares UTF-16; keys are in the order of their UTF-8.
const isBefore = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
