import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { ObjectHead, Objects } from '#lib/images/objects.ts';

/**
 * A bucket of originals whose content is always one file on this disk. Each request reads the file
 * again, so that the measured process holds the bytes as often as a Lambda would, and not once more.
 */
export const originalOnDisk = (path: string, sizeBytes: number): Objects => {
  const heads = new Map<string, ObjectHead>();
  const isThere = (key: string, etag = heads.get(key)?.etag) =>
    etag !== undefined && heads.get(key)?.etag === etag;

  return {
    head: async (key) => structuredClone(heads.get(key)),
    read: async (key, etag) => (isThere(key, etag) ? readFile(path) : undefined),

    async readRange(key, offset, length, etag) {
      if (!isThere(key, etag)) return undefined;
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },

    // The bytes are those of the file: only the object's metadata is stored.
    async write(key, _, { contentType, sha256, userMetadata = {} }) {
      const etag = createHash('md5').update(`${path}\n${key}`).digest('hex');
      const lastModified = new Date();
      heads.set(key, {
        etag,
        sizeBytes,
        contentType,
        lastModified,
        userMetadata: { ...userMetadata },
        sha256,
      });
      return etag;
    },

    async remove(keys) {
      for (const key of keys) heads.delete(key);
    },

    async deleteIfMatch(key, etag) {
      if (isThere(key, etag)) heads.delete(key);
    },

    link: async (key) => `https://objects.example/${encodeURIComponent(key)}`,
  };
};
