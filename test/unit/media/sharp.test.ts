import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharp } from '#lib/media/sharp.ts';
import { drawnBy, drawnPng } from '#test/support/drawn-pictures.ts';

test('libvips refuses to parse SVG, whatever code path calls it', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');

  await expect(sharp(svg).metadata()).rejects.toThrow('unsupported image format');
});

test('libvips opens no file by its path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-'));
  const path = join(folder, 'picture.png');
  await writeFile(path, await drawnPng({ width: 9, height: 9 }));

  await expect(sharp(path).metadata()).rejects.toThrow();
  expect(await sharp(await drawnPng({ width: 9, height: 9 })).metadata()).toMatchObject({
    width: 9,
  });

  await rm(folder, { recursive: true });
});

test.each(Object.entries(drawnBy))('libvips still decodes a %s', async (_, draw) => {
  const { info } = await sharp(await draw({ width: 32, height: 24 }))
    .raw()
    .toBuffer({ resolveWithObject: true });

  expect([info.width, info.height]).toEqual([32, 24]);
});
