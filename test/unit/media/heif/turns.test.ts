import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { combineTurns, type Turn } from '#lib/media/heif/turns.ts';

/** A picture of 2 × 3 pixels, all different. */
const stored = {
  data: Buffer.from([10, 20, 30, 40, 50, 60]),
  raw: { width: 2, height: 3, channels: 1 },
} as const;

const pixels = async (picture: Sharp) => {
  const { data, info } = await picture
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, data: [...data] };
};

const turn = async (picture: Sharp, one: Turn): Promise<Sharp> => {
  const turned =
    'mirror' in one
      ? one.mirror === 'sides'
        ? picture.flop()
        : picture.flip()
      : picture.rotate(-90 * one.anticlockwise);
  const { data, info } = await turned
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } });
};

const all: Turn[][] = [0, 1, 2, 3].flatMap((anticlockwise) => [
  [{ anticlockwise }],
  [{ anticlockwise }, { mirror: 'sides' }],
  [{ anticlockwise }, { mirror: 'top-and-bottom' }],
  [{ mirror: 'sides' }, { anticlockwise }],
]);

describe('rotations of a HEIF', () => {
  test.each(all.map((turns) => [JSON.stringify(turns), turns] as const))(
    'come to one orientation that looks the same: %s',
    async (_, turns) => {
      let step = sharp(stored.data, { raw: stored.raw });
      for (const one of turns) step = await turn(step, one);
      const orientation = combineTurns(turns);
      const tagged = await sharp(stored.data, { raw: stored.raw })
        .withMetadata({ orientation })
        .tiff({ compression: 'none' })
        .toBuffer();

      expect(await pixels(sharp(tagged).autoOrient())).toEqual(await pixels(step));
    },
  );
});
