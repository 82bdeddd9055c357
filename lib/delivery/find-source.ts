import type { Objects } from '#lib/images/objects.ts';
import type { Metadata, Rendition } from '#lib/images/picture.ts';
import { hasSize, renditionKey } from '#lib/images/rendition-set.ts';
import { isNeverTransparent, type Variant } from './find-variant.ts';
import { optimizedPreset, type Preset } from './preset.ts';
import { isLargeEnough, planRender, type RenderPlan } from './render.ts';
import { type Variants, variantKey } from './variants.ts';
import { computeVersion } from './version.ts';

type Deps = {
  originals: Objects;
  derived: Objects;
  variants: Variants;
  presets: ReadonlyMap<string, Preset>;
  /** Keys of everything that is stored of the image. */
  stored: ReadonlySet<string>;
};

/** What a variant can be made of. */
export type Source = {
  from: 'rendition' | 'variant' | 'original';
  /** Undefined where it is not there, or is another by now. */
  read: () => Promise<{ bytes: Uint8Array; metadata: Metadata } | undefined>;
};

/**
 * The rendition that ingest made just as this variant is to be, if there is one: the same size,
 * encoded alike. Whether a JPEG does for an `auto` is not known: something may have shown through.
 */
export const findIngested = ({ image, preset, encoding }: Variant): Rendition | undefined => {
  const { renditionSet } = image;
  if (!renditionSet || preset.fit !== 'inside' || preset.quality !== undefined) return undefined;
  // In full size, whatever number stood for that when it was made.
  if (preset !== optimizedPreset && !hasSize(renditionSet, preset)) return undefined;
  const formats = { avif: 'avif', webp: 'webp', jpg: 'jpeg', png: 'png', auto: 'png' };
  return renditionSet.renditions.find(
    ({ name, format = 'jpeg' }) => name === preset.name && format === formats[encoding],
  );
};

/** Everything that has pixels enough, the smallest first, the original last. */
export const listSources = (variant: Variant, plan: RenderPlan, deps: Deps): Source[] => [
  ...renditionSources(variant, plan, deps),
  ...storedSources(variant, plan, deps),
  originalSource(variant, deps),
];

/** Renditions are JPEG, so they stand in for pictures through which nothing shows. */
const renditionSources = ({ image }: Variant, plan: RenderPlan, { derived }: Deps): Source[] => {
  const { renditionSet, metadata } = image;
  if (!renditionSet || !isNeverTransparent(image)) return [];
  return renditionSet.renditions
    .filter(({ format, name }) => !format && name !== optimizedPreset.name)
    .filter((rendition) => isLargeEnough(rendition, plan, metadata))
    .toSorted((one, other) => one.width - other.width)
    .map(({ name, width, height }) => ({
      from: 'rendition' as const,
      read: () =>
        as({ width, height, format: 'jpeg' }, derived.read(renditionKey(renditionSet, name))),
    }));
};

/**
 * The variant that others are made of if it is there: of the presets that only make a picture
 * smaller, the smallest that has pixels enough.
 */
export const findIntermediate = (
  variant: Variant,
  plan: RenderPlan,
  presets: ReadonlyMap<string, Preset>,
): Variant | undefined => {
  const { image } = variant;
  const { metadata, imageId } = image;
  const encoding = isNeverTransparent(image) ? 'jpg' : 'auto';
  const [smallest] = [...presets.values()]
    .filter((preset) => preset.fit === 'inside' && preset.quality === undefined)
    .filter((preset) => !preset.madeAtIngest && preset.name !== variant.preset.name)
    .map((preset) => ({ preset, shape: planRender(preset, metadata, { encoding }) }))
    .filter(({ shape }) => shape.width < metadata.width && isLargeEnough(shape, plan, metadata))
    .toSorted((one, other) => one.shape.width - other.shape.width);
  if (!smallest) return undefined;
  const { preset } = smallest;
  const version = computeVersion(image, preset);
  const key = variantKey(imageId, preset.name, version, encoding);
  return { ...variant, preset, encoding, version, key };
};

const storedSources = (
  variant: Variant,
  plan: RenderPlan,
  { presets, variants, stored }: Deps,
): Source[] => {
  const smaller = findIntermediate(variant, plan, presets);
  if (!smaller || !stored.has(smaller.key)) return [];
  const { width, height } = planRender(smaller.preset, variant.image.metadata, smaller);
  const read = async () => {
    const found = await variants.find(smaller.key, Number.POSITIVE_INFINITY);
    const format = found?.contentType === 'image/png' ? 'png' : 'jpeg';
    return found?.bytes && ({ bytes: found.bytes, metadata: { width, height, format } } as const);
  };
  return [{ from: 'variant', read }];
};

const originalSource = ({ image }: Variant, { originals }: Deps): Source => {
  const { key, etag, metadata } = image;
  const read = async () => (key === null ? undefined : as(metadata, originals.read(key, etag)));
  return { from: 'original', read };
};

const as = async (metadata: Metadata, reading: Promise<Uint8Array | undefined>) => {
  const bytes = await reading;
  return bytes && { bytes, metadata };
};
