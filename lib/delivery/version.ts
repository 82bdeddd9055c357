import { createHash } from 'node:crypto';
import type { Image } from '#lib/images/image.ts';
import { describePreset, type PresetDefinition } from './preset.ts';

/** Where a picture is interesting: parts of its width and height from the top left, 0 to 1. */
export type FocalPoint = { x: number; y: number };

/** What a variant is made of, beside the preset. */
export type PictureIdentity = Pick<Image, 'etag'> & { focalPoint?: FocalPoint | undefined };

/**
 * `v` of a link: names the bytes of the original, the focal point and the preset's definition, in
 * 14 characters that are fit for a URL and for a key. The ETag stands for the bytes, as it is known
 * from the first moment and is the same when they come back.
 */
export const computeVersion = (picture: PictureIdentity, preset: PresetDefinition): string =>
  pictureVersion(picture) + hash(describePreset(preset)).slice(0, 6);

/** What the versions of all variants of a picture begin with: 48 bits. */
export const pictureVersion = ({ etag, focalPoint }: PictureIdentity): string =>
  hash(JSON.stringify([etag, focalPoint && [focalPoint.x, focalPoint.y]])).slice(0, 8);

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
