import sharp from 'sharp';
import { expect } from 'vitest';
import type { Format } from '#lib/images/picture.ts';
import { stripMetadata } from '#lib/media/strip-metadata/strip-metadata.ts';

export const secret = 'SECRET-4711';

/** Without what is known to be there; the pixels must be the same, and not a byte of the secret left. */
export const expectStripped = async (file: Buffer, format: Format): Promise<Buffer> => {
  expect(file.includes(secret)).toBe(true);
  const stripped = await stripMetadata(file, format);
  if (!stripped) throw new Error('It could not be taken apart.');
  expect(stripped.length).toBeLessThanOrEqual(file.length);
  expect(Buffer.from(stripped).includes(secret)).toBe(false);
  expect(await toPixels(stripped)).toEqual(await toPixels(file));
  return Buffer.from(stripped);
};

const toPixels = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer();
