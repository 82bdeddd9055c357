import type { Objects } from '#lib/images/objects.ts';
import type { Metadata, Rendition } from '#lib/images/picture.ts';
import { hasSize, renditionKey } from '#lib/images/rendition-set.ts';
import { isNeverTransparent, type Variant } from './find-variant.ts';
import { optimizedPreset, type Preset } from './preset.ts';
import { isLargeEnough, planRender, type RenderPlan } from './render.ts';
import { type Variants, variantKey } from './variants.ts';
import { versionOf } from './version.ts';

type Deps = {
  originals: Objects;
  derived: Objects;
  variants: Variants;
  presets: ReadonlyMap<string, Preset>;
};

/** What a variant can be made of. */
export type Source = {
  isOriginal: boolean;
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
      isOriginal: false,
      read: () =>
        as({ width, height, format: 'jpeg' }, derived.read(renditionKey(renditionSet, name))),
    }));
};

/** Of the presets that only make a picture smaller, the smallest that will do, if it was made before. */
const storedSources = (variant: Variant, plan: RenderPlan, deps: Deps): Source[] => {
  const { image } = variant;
  const { metadata, imageId, renditionSet } = image;
  const encoding = isNeverTransparent(image) ? 'jpg' : 'auto';
  const ingested = renditionSet?.renditions.map(({ name }) => name) ?? [];
  const [smallest] = [...deps.presets.values()]
    .filter((preset) => preset.fit === 'inside' && preset.quality === undefined)
    .filter(({ name }) => ![...ingested, optimizedPreset.name, variant.preset.name].includes(name))
    .map((preset) => ({ preset, shape: planRender(preset, metadata, { encoding }) }))
    .filter(({ shape }) => shape.width < metadata.width && isLargeEnough(shape, plan, metadata))
    .toSorted((one, other) => one.shape.width - other.shape.width);
  if (!smallest) return [];
  const { preset, shape } = smallest;
  const key = variantKey(imageId, preset.name, versionOf(image, preset), encoding);
  const read = async () => {
    const stored = await deps.variants.find(key, Number.POSITIVE_INFINITY);
    const format = stored?.contentType === 'image/png' ? 'png' : 'jpeg';
    const { width, height } = shape;
    return stored?.bytes && ({ bytes: stored.bytes, metadata: { width, height, format } } as const);
  };
  return [{ isOriginal: false, read }];
};

const originalSource = ({ image }: Variant, { originals }: Deps): Source => {
  const { key, etag, metadata } = image;
  const read = async () => (key === null ? undefined : as(metadata, originals.read(key, etag)));
  return { isOriginal: true, read };
};

const as = async (metadata: Metadata, reading: Promise<Uint8Array | undefined>) => {
  const bytes = await reading;
  return bytes && { bytes, metadata };
};
