import { findImage } from '#lib/images/find-image.ts';
import type { Images } from '#lib/images/images.ts';
import { findPreset } from './find-variant.ts';
import type { Links } from './links.ts';
import type { Ending } from './negotiate-format.ts';

type LinkRequest = {
  imageId: string;
  preset: string;
  format?: Ending | undefined;
  expiresInSeconds?: number | undefined;
};

type Deps = Links & { images: Images; now: () => Date };

/** Makes a link of the current version of an image, for a time or for ever. */
export const createLink = async (
  { imageId, preset: name, format, expiresInSeconds }: LinkRequest,
  { images, presets, linkTo, now }: Deps,
): Promise<{ url: string; expiresAt: Date | null }> => {
  const image = await findImage(imageId, { images });
  const preset = findPreset(name, image, presets);
  if (expiresInSeconds === undefined)
    return { url: linkTo(image, preset, { format }), expiresAt: null };
  const expiresAt = new Date((Math.floor(now().getTime() / 1000) + expiresInSeconds) * 1000);
  return { url: linkTo(image, preset, { format, expiresAt }), expiresAt };
};
