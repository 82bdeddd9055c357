import type { JoinPictures, PreparedPicture } from '#lib/images/picture.ts';
import { sharp } from '#lib/media/sharp.ts';
import { sharpPrepare } from './sharp-prepare.ts';

/** Both at the height of the lower one, since nothing is to be enlarged; then within the limits. */
export const sharpJoin: JoinPictures = async (left, right, limits) => {
  const first = await sharpPrepare(left, limits);
  if ('refusal' in first) return first;
  const second = await sharpPrepare(right, limits);
  if ('refusal' in second) return second;
  const height = Math.min(first.height, second.height);
  const [one, other] = await Promise.all([scaled(first, height), scaled(second, height)]);
  const joined = sharp(one.data)
    .extend({ right: other.info.width, background: '#ffffff' })
    .composite([{ input: other.data, left: one.info.width, top: 0 }]);
  return sharpPrepare(await joined.png(quickly).toBuffer(), limits);
};

/** For an intermediate PNG, which is decoded at once and then dropped. */
const quickly = { compressionLevel: 1 };

const scaled = ({ bytes }: PreparedPicture, height: number) =>
  sharp(bytes)
    .resize({ height })
    .flatten({ background: '#ffffff' })
    .png(quickly)
    .toBuffer({ resolveWithObject: true });
