import { findImage } from '#lib/images/find-image.ts';
import type { Image } from '#lib/images/image.ts';
import type { Images } from '#lib/images/images.ts';
import type { Metadata } from '#lib/images/picture.ts';
import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { type Access, checkAccess } from './access.ts';
import { type Encoding, endings, negotiateEncoding } from './negotiate-format.ts';
import { ladder, optimizedPreset, type Preset } from './preset.ts';
import { variantKey } from './variants.ts';
import { computeVersion } from './version.ts';

/** A request for a picture. What its query lacks is empty. */
export type VariantRequest = {
  imageId: string;
  preset: string;
  /** What stands behind the preset's name, if anything does: how the picture is to be encoded. */
  ending?: string | undefined;
  accept?: string | undefined;
  v: string;
  e: string;
  s: string;
};

/** A variant that may be requested, of an image that is there. */
export type Variant = {
  image: Image & { metadata: Metadata };
  preset: Preset;
  encoding: Encoding;
  version: string;
  key: string;
  /** Whether the link names this version, so that its answer never changes. */
  isCurrent: boolean;
  /** Whether another `Accept` might get another answer. */
  isNegotiated: boolean;
  /** Unix seconds, where the link has an end. */
  expiresAt: number | undefined;
};

type Deps = {
  images: Images;
  presets: ReadonlyMap<string, Preset>;
  access: () => Promise<Access>;
  now: () => Date;
};

/** Seconds after which a picture that is still to be inspected may be requested again. */
const soon = 2;

/**
 * Says which variant a request means, without reading or making it. The signature is judged first:
 * without a right one nothing is said, neither about images nor about presets.
 */
export const findVariant = async (
  request: VariantRequest,
  { images, presets, access, now }: Deps,
): Promise<Variant> => {
  const { imageId, v, e, s, ending, accept } = request;
  const link = { imageId, preset: request.preset, v, e };
  checkAccess(link, s, { access: await access(), now: now() });

  const encoding = ending === undefined ? negotiateEncoding(accept) : parseEncoding(ending);
  if (!presets.has(request.preset)) throw unknownPreset(request.preset, presets);
  const found = await findImage(imageId, { images });
  const preset = findPreset(request.preset, found, presets);
  const image = withPicture(found, preset);

  const version = computeVersion(image, preset);
  const stored = encoding === 'auto' && isNeverTransparent(image) ? 'jpg' : encoding;
  return {
    image,
    preset,
    encoding: stored,
    version,
    key: variantKey(imageId, preset.name, version, stored),
    isCurrent: v === version,
    isNegotiated: ending === undefined,
    expiresAt: e === '' ? undefined : Number(e),
  };
};

/** A preset of this image by its name; `optimized` is made in batches only. */
export const findPreset = (
  name: string,
  { source }: Pick<Image, 'source'>,
  presets: ReadonlyMap<string, Preset>,
): Preset => {
  const preset = presets.get(name);
  if (preset && (preset !== optimizedPreset || source === 'batch')) return preset;
  throw unknownPreset(name, presets);
};

/** What is written in these formats has no transparency; of others, only the pixels say. */
export const isNeverTransparent = ({ metadata }: Pick<Image, 'metadata'>): boolean =>
  metadata?.format === 'jpeg' || metadata?.format === 'heic';

const parseEncoding = (ending: string): Encoding => {
  const encoding = [...endings, 'auto' as const].find((one) => one === ending);
  if (encoding) return encoding;
  throw new Problem(
    'unknown_format',
    `There is no ending .${ending}. There are .${endings.join(', .')}.`,
  );
};

const unknownPreset = (name: string, presets: ReadonlyMap<string, Preset>): Problem => {
  const widths = new Set(ladder.map((preset) => preset.name));
  const named = [...presets.keys()].filter(
    (one) => !widths.has(one) && one !== optimizedPreset.name,
  );
  return new Problem(
    'unknown_preset',
    `There is no preset ${name.slice(0, 40)}. There are ${named.join(', ')}, ${[...widths].join(', ')} and, for images of a batch, ${optimizedPreset.name}.`,
  );
};

/**
 * An image whose bytes have been inspected; another has no picture, or none yet. What ingest is about
 * to make is waited for.
 */
const withPicture = (image: Image, { madeAtIngest }: Preset): Variant['image'] => {
  const { rejected, metadata, steps } = image;
  if (rejected) throw new Problem('unreadable_file', rejected.reason);
  const { thumbnails } = steps;
  if (thumbnails.state === 'failed' && !thumbnails.gaveUp)
    throw new Problem('unreadable_file', thumbnails.reason);
  const mayCome = thumbnails.state === 'pending';
  if (metadata && !(mayCome && madeAtIngest)) return { ...image, metadata };
  throw notFound('thumbnail_not_ready', mayCome ? soon : undefined);
};
