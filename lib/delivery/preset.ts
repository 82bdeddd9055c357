import { z } from 'zod';

/** What a preset makes of a picture. Nothing is ever enlarged. */
export const PresetDefinition = z.discriminatedUnion('fit', [
  /** The whole picture; neither side longer than this. */
  z.object({ fit: z.literal('inside'), longestSide: z.int(), quality: z.int().optional() }),
  /** The whole picture; this wide, as the `w` descriptors of a `srcset` promise. */
  z.object({ fit: z.literal('width'), width: z.int() }),
  /** Cropped to this shape. */
  z.object({
    fit: z.literal('cover'),
    width: z.int(),
    height: z.int(),
    quality: z.int().optional(),
  }),
]);
export type PresetDefinition = z.infer<typeof PresetDefinition>;

export type Preset = PresetDefinition & {
  name: string;
  /** Of every picture, in JPEG; what is still to be made by ingest is not made twice. */
  madeAtIngest?: true;
};

/** No variant is larger, so that no request costs more than encoding this many pixels. */
export const maxVariantSide = 4096;
const minSide = 16;
const maxPresets = 32;

const widths = [160, 320, 480, 640, 800, 1080, 1280, 1600, 1920, 2560, 3840] as const;

/** The widths that a `srcset` chooses from. */
export const ladder: readonly (Preset & { fit: 'width' })[] = widths.map((width) => ({
  name: `w${width}`,
  fit: 'width',
  width,
}));

/** Of images from a batch: in full size as ingest made it, else as large as variants become. */
export const optimizedPreset: Preset = {
  name: 'optimized',
  fit: 'inside',
  longestSide: maxVariantSide,
  madeAtIngest: true,
};

const grammar =
  'must look like large:2048; card:cover,400x300,q=60 (a longest side, or cover and a shape, each from 16 to 4096 pixels, perhaps with q=1 to q=100)';
const shapeOfPreset =
  /^([a-z][a-z0-9-]{0,31}):(?:(\d{1,5})|cover,(\d{1,5})x(\d{1,5}))(?:,q=(\d{1,3}))?$/;

/** `PRESETS`: `name:side` or `name:cover,WxH`, each perhaps with `,q=1…100`, separated by `;`. */
export const PresetsSetting = z
  .string()
  .trim()
  .transform((text, { addIssue }): Preset[] => {
    const presets: Preset[] = [];
    for (const part of text.split(';').map((one) => one.trim())) {
      if (!part) continue; // one `;` too many, or none at all: no presets
      const preset = parsePreset(part);
      if (preset) presets.push(preset);
      else addIssue({ code: 'custom', message: `${grammar}; not so: ${part.slice(0, 60)}` });
    }
    return presets;
  })
  .refine(
    (presets) => new Set(presets.map(({ name }) => name)).size === presets.length,
    'each preset needs a name of its own',
  )
  .refine(
    (presets) => presets.every(({ name }) => !isReserved(name)),
    'optimized and w160 to w3840 are presets already: choose other names',
  )
  .refine((presets) => presets.length <= maxPresets, `must name at most ${maxPresets} presets`);

const isReserved = (name: string): boolean =>
  name === optimizedPreset.name || ladder.some((preset) => preset.name === name);

const parsePreset = (text: string): Preset | undefined => {
  const [, name, side, width, height, q] = shapeOfPreset.exec(text) ?? [];
  if (name === undefined) return undefined;
  const sides = [side, width, height].filter((one) => one !== undefined).map(Number);
  if (sides.some((one) => one < minSide || one > maxVariantSide)) return undefined;
  const quality = q === undefined ? undefined : Number(q);
  if (quality !== undefined && (quality < 1 || quality > 100)) return undefined;
  const given = quality === undefined ? {} : { quality };
  return side === undefined
    ? { name, fit: 'cover', width: Number(width), height: Number(height), ...given }
    : { name, fit: 'inside', longestSide: Number(side), ...given };
};

/**
 * The closed list: sizes made at ingest, those of `PRESETS`, the ladder and `optimized`, by name.
 * Throws where two settings give the same name to different presets.
 */
export const listPresets = (
  sizes: readonly { name: string; longestSide: number }[],
  presets: readonly Preset[],
): ReadonlyMap<string, Preset> => {
  const ingested = sizes.map(
    ({ name, longestSide }): Preset => ({ name, fit: 'inside', longestSide, madeAtIngest: true }),
  );
  const all = [...ingested, ...presets, ...ladder, optimizedPreset];
  const byName = new Map(all.map((preset) => [preset.name, preset]));
  const twice = all.find((preset) => byName.get(preset.name) !== preset);
  if (twice)
    throw new Error(
      `${twice.name} is given twice: by THUMBNAIL_SIZES, by PRESETS or by the ladder`,
    );
  return byName;
};

/** Raise it when the same preset shall look otherwise: every variant is then made anew. */
const rendererRevision = 1;

/** A preset's definition, whatever its name: the same text, the same picture. */
export const describePreset = (preset: PresetDefinition): string =>
  `${describeShape(preset)}${'quality' in preset && preset.quality ? ` q${preset.quality}` : ''} r${rendererRevision}`;

const describeShape = (preset: PresetDefinition): string => {
  if (preset.fit === 'inside') return `inside ${preset.longestSide}`;
  if (preset.fit === 'width') return `width ${preset.width}`;
  return `cover ${preset.width}x${preset.height}`;
};
