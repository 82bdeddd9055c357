import type { Access } from './access.ts';
import type { Ending } from './negotiate-format.ts';
import type { Preset } from './preset.ts';
import { sign } from './signature.ts';
import { type PictureIdentity, versionOf } from './version.ts';

export type Linked = PictureIdentity & { imageId: string };

type Options = { format?: Ending | undefined; expiresAt?: Date | undefined };

/** The link of a picture as one of the presets makes it. */
export type LinkTo = (image: Linked, preset: Preset, options?: Options) => string;

/**
 * Makes links that work without a key, wherever a URL of a picture is wanted: they name the version
 * they are of, and on a closed stage carry a signature. `baseUrl` ends without a slash.
 */
export const linksFrom =
  (baseUrl: string, access: Access): LinkTo =>
  (image, preset, { format, expiresAt } = {}) => {
    const { imageId } = image;
    const v = versionOf(image, preset);
    const e = expiresAt ? String(Math.floor(expiresAt.getTime() / 1000)) : '';
    const query = [`v=${v}`, ...(e ? [`e=${e}`] : [])];
    if (access.kind === 'signed')
      query.push(`s=${sign({ imageId, preset: preset.name, v, e }, access.secrets[0])}`);
    const path = `/i/${imageId}/${preset.name}${format ? `.${format}` : ''}`;
    return `${baseUrl}${path}?${query.join('&')}`;
  };
