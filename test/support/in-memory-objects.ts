import { createHash } from 'node:crypto';
import type { ObjectHead, Objects } from '#lib/images/objects.ts';

type Stored = { bytes: Uint8Array; head: ObjectHead };

/** Objects, with the behaviour of a bucket; those given were put there by another client. */
export const inMemoryObjects = (
  given: Record<string, Uint8Array> = {},
): Objects & { keys(): string[] } => {
  const stored = new Map<string, Stored>();
  const find = (key: string, etag?: string) => {
    const found = stored.get(key);
    return found && (etag === undefined || found.head.etag === etag) ? found : undefined;
  };

  const objects: Objects = {
    head: async (key) => structuredClone(stored.get(key)?.head),
    read: async (key, etag) => find(key, etag)?.bytes.slice(),
    readRange: async (key, offset, length, etag) =>
      find(key, etag)?.bytes.slice(offset, offset + length),

    async write(key, bytes, { contentType, sha256, userMetadata = {} }) {
      if (sha256 && sha256 !== hash('sha256', bytes))
        throw new Error(`The bytes of ${key} do not match their SHA-256.`);
      const etag = hash('md5', bytes); // as S3 does for an object written at once
      const lastModified = new Date(Math.floor(Date.now() / 1000) * 1000); // S3 dates are whole seconds
      const sizeBytes = bytes.byteLength;
      stored.set(key, {
        bytes: bytes.slice(),
        head: {
          etag,
          sizeBytes,
          contentType,
          lastModified,
          userMetadata: { ...userMetadata },
          sha256,
        },
      });
      return etag;
    },

    async remove(keys) {
      for (const key of keys) stored.delete(key);
    },

    async deleteIfMatch(key, etag) {
      if (find(key, etag)) stored.delete(key);
    },

    async link(key, seconds, as) {
      const name = as ? `&name=${encodeURIComponent(as.filename)}` : '';
      return `https://objects.example/${encodeURIComponent(key)}?seconds=${seconds}${name}`;
    },
  };

  for (const [key, bytes] of Object.entries(given))
    void objects.write(key, bytes, { contentType: 'application/octet-stream' });
  return { ...objects, keys: () => [...stored.keys()] };
};

const hash = (algorithm: 'md5' | 'sha256', bytes: Uint8Array) =>
  createHash(algorithm).update(bytes).digest('hex');
