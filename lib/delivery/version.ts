import { createHash } from 'node:crypto';
import type { Image } from '#lib/images/image.ts';
import { describePreset, type PresetDefinition } from './preset.ts';

/** Where a picture is interesting: parts of its width and height from the top left, 0 to 1. */
export type FocalPoint = { x: number; y: number };

/** What a picture is made of, beside the preset. */
export type PictureIdentity = Pick<Image, 'etag'> & { focalPoint?: FocalPoint | undefined };

/**
 * `v` of a link: names the bytes of the original, the focal point and the preset's definition. The
 * ETag stands for the bytes, as it is known from the first moment and is the same when they come
 * back. 72 bits in 12 characters, fit for a URL and for a key.
 */
export const versionOf = (
  { etag, focalPoint }: PictureIdentity,
  preset: PresetDefinition,
): string =>
  createHash('sha256')
    .update(
      JSON.stringify([etag, focalPoint && [focalPoint.x, focalPoint.y], describePreset(preset)]),
    )
    .digest('base64url')
    .slice(0, 12);
