import type { Access } from './access.ts';
import type { Ending } from './negotiate-format.ts';
import { ladder, type Preset } from './preset.ts';
import { sign } from './signature.ts';
import { computeVersion, type FocalPoint } from './version.ts';

/** An image as a link names it. Without an ETag the link is one of whatever is current. */
export type Linked = {
  imageId: string;
  etag?: string | undefined;
  focalPoint?: FocalPoint | undefined;
};

type Options = { format?: Ending | undefined; expiresAt?: Date | undefined };

/** The link of a picture as one of the presets makes it. */
export type LinkTo = (image: Linked, preset: Preset, options?: Options) => string;

/** What a view needs to link to pictures. */
export type Links = { linkTo: LinkTo; presets: ReadonlyMap<string, Preset> };

/** The links of a stage, below the address that its caller sees (without a slash at the end). */
export type LinksBelow = (baseUrl: string) => Promise<Links>;

/**
 * Makes links that work without a key, wherever a URL of a picture is wanted: they name the version
 * they are of, and on a closed stage carry a signature.
 */
export const linksBelow =
  (presets: ReadonlyMap<string, Preset>, readAccess: () => Promise<Access>): LinksBelow =>
  async (baseUrl) => {
    const access = await readAccess();
    return { presets, linkTo: (...args) => `${baseUrl}${buildPath(access, ...args)}` };
  };

const buildPath = (
  access: Access,
  { imageId, etag, focalPoint }: Linked,
  preset: Preset,
  { format, expiresAt }: Options = {},
): string => {
  const v = etag === undefined ? '' : computeVersion({ etag, focalPoint }, preset);
  const e = expiresAt ? String(Math.floor(expiresAt.getTime() / 1000)) : '';
  const s =
    access.kind === 'signed' ? sign({ imageId, preset: preset.name, v, e }, access.secrets[0]) : '';
  const query = Object.entries({ v, e, s }).filter(([, value]) => value !== '');
  const path = `/i/${imageId}/${preset.name}${format ? `.${format}` : ''}`;
  return query.length ? `${path}?${query.map((pair) => pair.join('=')).join('&')}` : path;
};

/** A picture as it is: the widest step of the ladder, which enlarges nothing and is always there. */
export const widestPreset: Preset = ladder.at(-1) ?? { name: 'w3840', fit: 'width', width: 3840 };

/** A `srcset`, ready to paste: each width with the pixels that the picture really has there. */
export const buildSrcset = (
  image: Linked & { metadata: { width: number; height: number } },
  linkTo: LinkTo,
): string => {
  const { width } = image.metadata;
  const enough = ladder.findIndex((preset) => preset.width >= width);
  return ladder
    .slice(0, enough < 0 ? ladder.length : enough + 1)
    .map((preset) => `${linkTo(image, preset)} ${Math.min(width, preset.width)}w`)
    .join(', ');
};
