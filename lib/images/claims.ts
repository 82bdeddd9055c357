import type { Format } from './picture.ts';

const extensions = new Map<string, Format>(
  Object.entries({
    jpg: 'jpeg',
    jpeg: 'jpeg',
    jpe: 'jpeg',
    jfif: 'jpeg',
    pjpeg: 'jpeg',
    png: 'png',
    apng: 'png',
    webp: 'webp',
    gif: 'gif',
    avif: 'avif',
    avifs: 'avif',
    tif: 'tiff',
    tiff: 'tiff',
  } as const),
);

const types = new Map<string, Format>(
  Object.entries({
    'image/jpeg': 'jpeg',
    'image/jpg': 'jpeg', // never registered, often sent
    'image/pjpeg': 'jpeg',
    'image/png': 'png',
    'image/x-png': 'png',
    'image/apng': 'png',
    'image/webp': 'webp',
    'image/gif': 'gif',
    'image/avif': 'avif',
    'image/avif-sequence': 'avif',
    'image/tiff': 'tiff',
    'image/tif': 'tiff',
    'image/x-tiff': 'tiff',
  } as const),
);

/** Why HEIC, the default format of iPhones, is rejected. */
export const heicReason =
  'invalid file format: HEIC pictures are not read here. Export it as JPEG and send that, or choose "Most Compatible" under Camera › Formats in the iPhone\'s settings before taking it.';

/** Whether a media type is HEIC or HEIF. */
export const isHeicType = (contentType: string): boolean =>
  /^image\/hei[cf]\b/i.test(contentType.trim());

/** The format that a file's name claims; undefined where its extension is not supported. */
export const claimOfName = (name: string): Format | undefined =>
  extensions.get(/\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');

/** The format that a media type claims; undefined where it is not supported. */
export const claimOfType = (contentType: string): Format | undefined =>
  types.get(contentType.split(';')[0]?.trim().toLowerCase() ?? '');
