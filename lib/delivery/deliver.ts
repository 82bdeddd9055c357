import type { Images } from '#lib/images/images.ts';
import type { Objects } from '#lib/images/objects.ts';
import { contentTypeOf } from '#lib/images/picture.ts';
import { renditionKey } from '#lib/images/rendition-set.ts';
import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { release } from '#lib/release.ts';
import type { Coalesce } from './coalesce.ts';
import { findIngested, findIntermediate, listSources, type Source } from './find-source.ts';
import type { Variant } from './find-variant.ts';
import type { Preset } from './preset.ts';
import { planRender, type RenderPlan, type RenderVariant } from './render.ts';
import { type StoredVariant, unreadableKey, type Variants, variantPrefix } from './variants.ts';
import { computeVersion, pictureVersion } from './version.ts';

type Deps = {
  images: Images;
  originals: Objects;
  derived: Objects;
  variants: Variants;
  presets: ReadonlyMap<string, Preset>;
  render: RenderVariant;
  coalesce: Coalesce;
  /** Bounds how many pictures are in memory at once. */
  limit: <T>(work: () => Promise<T>) => Promise<T>;
};

/**
 * The picture itself, or where it is for a short time if it is too large to be answered; and whether it
 * was made at ingest, stored by an earlier delivery, or made for this one.
 */
export type Delivered = { from: 'ingest' | 'stored' | 'made'; sizeBytes: number } & (
  | { contentType: string; bytes: Uint8Array }
  | { url: string }
);

/** Base64 of it still fits into Lambda's payload of 6 MB. */
const maxBytes = 4_000_000;
const linkSeconds = 300;
const soon = 2;

/**
 * Gives the variant as ingest made it, as it was stored, or makes and stores it. Of several that
 * ask this process at the same time one works; of several processes the first to store wins.
 */
export const deliver = async (variant: Variant, deps: Deps): Promise<Delivered> => {
  const ingested = await readIngested(variant, deps);
  if (ingested) return ingested;
  const { contentType, bytes, sizeBytes, from } = await findOrMake(variant, deps);
  return bytes && bytes.length <= maxBytes
    ? { from, sizeBytes, contentType, bytes }
    : { from, sizeBytes, url: await deps.variants.link(variant.key, linkSeconds) };
};

type FoundOrMade = StoredVariant & { from: 'stored' | 'made' };

const findOrMake = ({ key, ...rest }: Variant, deps: Deps): Promise<FoundOrMade> =>
  deps.coalesce(key, async () => {
    const stored = await deps.variants.find(key, maxBytes);
    if (stored) return { ...stored, from: 'stored' };
    return { ...(await makeVariant({ key, ...rest }, deps)), from: 'made' };
  });

const readIngested = async (
  variant: Variant,
  { derived }: Deps,
): Promise<Delivered | undefined> => {
  const rendition = findIngested(variant);
  const { renditionSet } = variant.image;
  if (!rendition || !renditionSet) return undefined;
  const key = renditionKey(renditionSet, rendition.name);
  const from = 'ingest';
  const { sizeBytes } = rendition;
  if (sizeBytes > maxBytes) return { from, sizeBytes, url: await derived.link(key, linkSeconds) };
  const bytes = await derived.read(key);
  return bytes && { from, sizeBytes, contentType: contentTypeOf(rendition), bytes };
};

const makeVariant = async (variant: Variant, deps: Deps): Promise<StoredVariant> => {
  const { image, key } = variant;
  const { variants } = deps;
  const { imageId } = image;
  const stored = await listKeys(imageId, deps);
  const unreadable = unreadableKey(imageId, pictureVersion(image));
  if (stored.has(unreadable)) {
    const known = await variants.find(unreadable, maxBytes);
    if (known?.bytes) throw new Problem('unreadable_file', Buffer.from(known.bytes).toString());
  }
  const plan = planRender(variant.preset, image.metadata, {
    encoding: variant.encoding,
    focalPoint: image.focalPoint,
  });
  let sources = listSources(variant, plan, { ...deps, stored });
  const smaller = findIntermediate(variant, plan, deps.presets);
  if (smaller && isCostly(image) && sources[0]?.from === 'original') {
    await findOrMake(smaller, deps);
    sources = listSources(variant, plan, { ...deps, stored: new Set([smaller.key]) });
  }
  const made = await deps.limit(() => renderFromSmallest(sources, plan, deps));
  if ('refusal' in made) {
    const reason = Buffer.from(made.refusal.reason);
    await variants.save(unreadable, reason, { contentType: 'text/plain; charset=utf-8', imageId });
    await removeUnlessCurrent(variant, [unreadable], deps);
    throw new Problem('unreadable_file', made.refusal.reason);
  }
  const { bytes, contentType } = made;
  await variants.save(key, bytes, { contentType, imageId });
  await removeUnlessCurrent(variant, [key], deps);
  return { contentType, sizeBytes: bytes.length, bytes };
};

/** One question instead of one for each key that might be there. */
const listKeys = async (imageId: string, { variants }: Deps): Promise<Set<string>> => {
  const keys = new Set<string>();
  for await (const key of variants.list(variantPrefix(imageId))) keys.add(key);
  return keys;
};

/**
 * A HEIC takes over a second to decode, 20 times as long as anything that is made of it: it is worth
 * a copy in JPEG, which most variants can be made of.
 */
const isCostly = ({ metadata }: Variant['image']): boolean => metadata.format === 'heic';

/** A copy that cannot be read after all is passed over; an original that cannot is refused. */
const renderFromSmallest = async (
  sources: readonly Source[],
  plan: RenderPlan,
  { render }: Deps,
): Promise<Awaited<ReturnType<RenderVariant>>> => {
  for (const { read, from } of sources) {
    const source = await read();
    if (!source) continue;
    const made = await render(source, plan);
    release(source.bytes);
    if (from === 'original' || !('refusal' in made)) return made;
  }
  throw notReady(); // replaced a moment ago: the event that says so is under way
};

const notReady = () => notFound('thumbnail_not_ready', soon);

/**
 * A deletion first marks the record, then removes what lies under the image's prefix. A delivery
 * reads the record after it has stored: so one of the two always sees the other. Killed before
 * that, what was stored goes when sweep-stuck removes the prefix of a deleted image a second time.
 */
const removeUnlessCurrent = async (
  { image, preset, version }: Variant,
  keys: readonly string[],
  { images, variants }: Deps,
): Promise<void> => {
  const now = (await images.find(image.imageId))?.image;
  if (now && !now.deleted && computeVersion(now, preset) === version) return;
  await variants.remove(keys);
  if (!now || now.deleted) throw notFound('image_not_found');
  throw notReady();
};
