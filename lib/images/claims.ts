import type { Format } from './picture.ts';

const extensions: Record<string, Format> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  jpe: 'jpeg',
  jfif: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  avif: 'avif',
  tif: 'tiff',
  tiff: 'tiff',
};

const types: Record<string, Format> = {
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg', // never registered, often sent
  'image/pjpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
  'image/tiff': 'tiff',
};

/** The format that a file's name claims; undefined where its extension is none of ours. */
export const claimOfName = (name: string): Format | undefined =>
  extensions[/\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''];

/** The format that a media type claims; undefined where it is none of ours. */
export const claimOfType = (contentType: string): Format | undefined =>
  types[contentType.split(';')[0]?.trim().toLowerCase() ?? ''];
