import type { Source } from './image.ts';

/**
 * A file name as part of an object key, `[A-Za-z0-9_.-]` only: S3 events encode other characters
 * differently on each backend. The name itself is stored as user metadata.
 */
export const sanitizeFilename = (filename: string): string => {
  const safe = filename
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(-100)
    .replaceAll(/^[-.]+/g, '');
  return safe || 'picture';
};

/** The name of the picture at a URL: the last segment of its path. */
export const pictureName = (url: string): string => {
  const last = URL.parse(url)?.pathname.split('/').filter(Boolean).at(-1) ?? '';
  try {
    return decodeURIComponent(last) || 'picture';
  } catch {
    return last; // a % that encodes nothing
  }
};

/** The name that a key ends with. */
export const lastSegment = (key: string): string => key.split('/').filter(Boolean).at(-1) ?? key;

const sources: Readonly<Record<string, Source>> = {
  uploads: 'upload',
  presigned: 'presigned',
  batches: 'batch',
  edits: 'edit',
  urls: 'url',
};

/** The prefix of a key that Darkroom chose says its source; any other object was dropped into the bucket. */
export const sourceByKey = (key: string): Source => sources[key.split('/')[0] ?? ''] ?? 'drop';
