import type { Encoding } from './negotiate-format.ts';
import { type PictureIdentity, pictureVersion } from './version.ts';

/** A stored variant. Its bytes are left out where there are more than `maxBytes`. */
export type StoredVariant = {
  contentType: string;
  sizeBytes: number;
  bytes: Uint8Array | undefined;
};

export type VariantToSave = {
  contentType: string;
  /** Names the image for the CDN, which forgets by this tag. */
  imageId: string;
};

/** A place for what is made of pictures on demand. Keys are those of `variantKey`. */
export interface Variants {
  /** Undefined where there is none. */
  find(key: string, maxBytes: number): Promise<StoredVariant | undefined>;
  /** Stores it unless there is one under its key: of several at once the first stays. */
  save(key: string, bytes: Uint8Array, about: VariantToSave): Promise<void>;
  /** A URL that serves the variant to its holder, for `seconds`. */
  link(key: string, seconds: number): Promise<string>;
  /** What is not there is no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** Keys that begin with this, in order. */
  list(prefix: string): AsyncIterable<string>;
}

/** Everything made of one image lies under this, so that removing it needs no list of presets. */
export const variantPrefix = (imageId: string): string => `i/${imageId}/`;

/**
 * Where a variant is stored, which is also a path of the API: behind the CDN the bucket and the API
 * get requests for the same one. The version holds the bytes' identity, the focal point and the
 * preset's definition.
 */
export const variantKey = (
  imageId: string,
  preset: string,
  version: string,
  encoding: Encoding,
): string => `${variantPrefix(imageId)}${preset}.${version}.${encoding}`;

/** Where it is remembered that these bytes cannot be decoded; the version is of the picture alone. */
export const unreadableKey = (imageId: string, version: string): string =>
  `${variantPrefix(imageId)}unreadable.${version}.txt`;

/** Copies of pictures beyond our own stores. */
export interface Cdn {
  /** Makes it forget every picture of an image, within seconds. */
  purge(imageId: string): Promise<void>;
}

/** Of a stage without one. */
export const noCdn: Cdn = { purge: async () => {} };

/**
 * Removes everything that was made of an image on demand, here and in the CDN; or everything but
 * what is of the picture as it is now. Safe to repeat.
 */
export const removeVariants = async (
  imageId: string,
  { variants, cdn }: { variants: Variants; cdn: Cdn },
  { except }: { except?: PictureIdentity } = {},
): Promise<void> => {
  const current = except && pictureVersion(except);
  const keys: string[] = [];
  for await (const key of variants.list(variantPrefix(imageId)))
    if (current === undefined || !parseVariantKey(key)?.version.startsWith(current)) keys.push(key);
  if (keys.length > 0) await variants.remove(keys);
  await cdn.purge(imageId); // what ingest made is stored there and not here
};

/** What a key of `variantKey` or `unreadableKey` says; undefined for keys of anything else. */
export const parseVariantKey = (key: string): { imageId: string; version: string } | undefined => {
  const [, imageId, version] = /^i\/([^/]+)\/[^/.]+\.([\w-]+)\.[a-z]+$/.exec(key) ?? [];
  return imageId !== undefined && version !== undefined ? { imageId, version } : undefined;
};
