import type { StoredVariant, Variants } from '#lib/delivery/variants.ts';

/** Variants as a bucket stores them: of two under one key, the first stays. */
export const inMemoryVariants = (): Variants & { keys(): string[]; saves: string[] } => {
  const stored = new Map<string, StoredVariant & { bytes: Uint8Array }>();
  const saves: string[] = [];
  return {
    find: async (key, maxBytes) => {
      const found = stored.get(key);
      return found && { ...found, bytes: found.sizeBytes <= maxBytes ? found.bytes : undefined };
    },
    save: async (key, bytes, { contentType }) => {
      saves.push(key);
      if (!stored.has(key)) stored.set(key, { contentType, sizeBytes: bytes.length, bytes });
    },
    link: async (key, seconds) => `https://objects.example/${key}?seconds=${seconds}`,
    remove: async (keys) => {
      for (const key of keys) stored.delete(key);
    },
    async *list(prefix) {
      yield* [...stored.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    keys: () => [...stored.keys()].toSorted(),
    saves,
  };
};
