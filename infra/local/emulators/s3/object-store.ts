import type { IncomingHttpHeaders } from 'node:http';
import type { ObjectEvent } from '../s3-event.ts';
import type { Catalogue, StoredObject } from './catalogue.ts';
import type { Contents, Received } from './contents.ts';
import type { Payload } from './payload.ts';
import { preconditionFailed } from './refusal.ts';

export const longestObjectBytes = 5 * 1024 ** 3; // S3's own limit for one PUT

/** An object on its way in. */
export type Arrival = {
  bucket: string;
  key: string;
  name: ObjectEvent['name'];
  /** What it is stored with: content-type, x-amz-meta-… and the like; others are dropped. */
  headers: IncomingHttpHeaders | Record<string, string>;
};
/** What must still be true when the bytes are here. */
export type Conditions = { 'if-none-match'?: string | undefined; 'if-match'?: string | undefined };

/** Is told of each new object; while it has not resolved, the writer waits for an answer. */
export type OnEvent = (bucket: string, event: ObjectEvent) => Promise<void>;

export type ObjectStore = ReturnType<typeof objectStore>;

/**
 * Objects that are whole or absent, and none of them without its news: who was told that an object
 * is stored can be sure that `onEvent` was told too. If it rejects, so does the write, although the
 * object is there; to write it again is harmless.
 */
export const objectStore = (catalogue: Catalogue, contents: Contents, onEvent: OnEvent) => {
  const show = async (
    { bucket, key, name, headers }: Arrival,
    { content, sizeBytes, etag, sha256 }: Received,
    conditions: Conditions,
  ): Promise<StoredObject> => {
    const modified_at = Date.now();
    const object = {
      key,
      content,
      size_bytes: sizeBytes,
      etag,
      sha256,
      headers: keptHeaders(headers),
      modified_at,
    };
    const replaced = await contents.orRemove(content, () => {
      // Nothing is awaited here, so no other write can come between.
      if (!mayReplace(catalogue.find(bucket, key), conditions)) throw preconditionFailed();
      return catalogue.put(bucket, object);
    });
    await contents.remove(replaced);

    await onEvent(bucket, { name, key, sizeBytes, etag });
    return object;
  };

  return {
    /** `accept` sees what arrived before anybody else does, and may throw. */
    write: async (
      arrival: Arrival,
      payload: Payload,
      options: { longestBytes?: number; accept?: (sizeBytes: number) => void } & Conditions = {},
    ): Promise<StoredObject> => {
      const { longestBytes = longestObjectBytes, accept, ...conditions } = options;
      const received = await contents.receive(payload, longestBytes);
      await contents.orRemove(received.content, () => accept?.(received.sizeBytes));
      return show(arrival, received, conditions);
    },
    /** Shows bytes that were received already. */
    show: (arrival: Arrival, received: Received) => show(arrival, received, {}),
    /** The object and, opened, its bytes; no bytes if the range lies beyond them. */
    open: async (bucket: string, key: string, range: { start?: number; end?: number }) => {
      for (let tries = 1; ; tries++) {
        const object = catalogue.find(bucket, key);
        if (!object) return undefined;
        const start = range.start ?? 0;
        const end = Math.min(range.end ?? Number.POSITIVE_INFINITY, object.size_bytes - 1);
        const isEmpty = object.size_bytes === 0;
        if (!isEmpty && start > end) return { object, start, end };
        const bytes = await contents
          .read(object.content, isEmpty ? undefined : { start, end })
          .catch((error: unknown) => {
            if (tries === 3) throw error; // replaced between the look and the opening, thrice
          });
        if (bytes) return { object, start, end, bytes };
      }
    },
    /** With an ETag only the object that has it; otherwise answers the code of S3's refusal. */
    drop: async (bucket: string, key: string, etag?: string): Promise<string | undefined> => {
      if (etag !== undefined) {
        // From here to `drop` nothing is awaited, so no write can come between.
        const object = catalogue.find(bucket, key);
        if (!object) return 'NoSuchKey';
        if (!isAmong(etag, object.etag)) return 'PreconditionFailed';
      }
      await contents.remove(catalogue.drop(bucket, key));
      return undefined;
    },
  };
};

const mayReplace = (present: StoredObject | undefined, conditions: Conditions): boolean => {
  if (conditions['if-none-match'] === '*' && present) return false;
  return matches(conditions['if-match'], present);
};

/** Whether an If-Match header is content with the object; without a header it is. */
export const matches = (header: string | undefined, object: StoredObject | undefined): boolean =>
  header === undefined || (object !== undefined && isAmong(header, object.etag));

/** Whether a list of ETags, or *, names this one. */
export const isAmong = (header: string, etag: string): boolean =>
  header.split(',').some((one) => ['*', etag].includes(one.trim().replaceAll('"', '')));

const storedHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]);

const keptHeaders = (headers: Arrival['headers']): Record<string, string> => {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === '') continue;
    if (storedHeaders.has(name) || name.startsWith('x-amz-meta-')) kept[name] = String(value);
  }
  const encoding = kept['content-encoding']?.replace(/aws-chunked,?/, '').trim();
  if (encoding === '') delete kept['content-encoding'];
  else if (encoding) kept['content-encoding'] = encoding;
  return kept;
};
