import sharp from 'sharp';
import { expect } from 'vitest';
import type { Format } from '#lib/images/picture.ts';
import { withoutMetadata } from '#lib/media/strip-metadata/strip-metadata.ts';

export const secret = 'SECRET-4711';

/** Without what is known to be there; the pixels must be the same, and not a byte of the secret left. */
export const bared = async (file: Buffer, format: Format): Promise<Buffer> => {
  expect(file.includes(secret)).toBe(true);
  const bare = await withoutMetadata(file, format);
  if (!bare) throw new Error('It could not be taken apart.');
  expect(bare.length).toBeLessThanOrEqual(file.length);
  expect(Buffer.from(bare).includes(secret)).toBe(false);
  expect(await pixelsOf(bare)).toEqual(await pixelsOf(file));
  return Buffer.from(bare);
};

const pixelsOf = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer();
