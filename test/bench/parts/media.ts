import { createHash } from 'node:crypto';
import type { Metadata, Refusal } from '#lib/images/picture.ts';
import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { decodePixels, toSharp } from '#lib/media/render/decode-pixels.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { makeThumbnailPair, measureCpuMs } from '../support/bare-sharp.ts';
import { drawnPhoto } from '../support/photo.ts';
import type { Part } from '../support/report.ts';

const max = { thumbnails: 1.05, everything: 1.2 };
const lengths = { short: { rounds: 5, pictures: 10 }, full: { rounds: 9, pictures: 20 } };
const warmUp = 10;
const smallOnes = 5; // as often for each picture, or a clock that counts milliseconds sees nothing

const sizes = [
  { name: 'small', longestSide: 200 },
  { name: 'medium', longestSide: 800 },
];

/** What lib/media costs for one picture in memory: no S3, no tables, no queues. */
export const media: Part = {
  name: 'media',
  run: async (length) => {
    const { rounds, pictures } = lengths[length];
    const photo = await drawnPhoto();
    const { metadata } = usable(await sharpInspect(photo));

    const hash = async () => createHash('sha256').update(photo).digest('hex');
    const inspect = async () => usable(await sharpInspect(photo)).metadata;
    const readTags = () =>
      exifrReadTags(async (from, count) => photo.subarray(from, from + count), photo.length);
    const work = {
      bare: () => makeThumbnailPair(photo),
      thumbnails: () => makeThumbnailsOnly(photo, metadata),
      shrink: async () => usable(await sharpShrink(photo, metadata, sizes)),
      everything: async () => {
        const inspected = await inspect();
        await hash();
        await readTags();
        return usable(await sharpShrink(photo, inspected, sizes));
      },
    };
    const small = { hash, inspect, readTags };

    const values: Record<keyof typeof work | keyof typeof small, number[]> = {
      bare: [],
      thumbnails: [],
      shrink: [],
      everything: [],
      hash: [],
      inspect: [],
      readTags: [],
    };
    const all = { ...work, ...small };
    for (const one of Object.values(all)) await measureCpuMs(one, warmUp);
    for (let round = 0; round < rounds; round++) {
      values.bare.push(await measureCpuMs(work.bare, pictures));
      values.thumbnails.push(await measureCpuMs(work.thumbnails, pictures));
      values.shrink.push(await measureCpuMs(work.shrink, pictures));
      values.everything.push(await measureCpuMs(work.everything, pictures));
      values.hash.push(await measureCpuMs(hash, pictures * smallOnes));
      values.inspect.push(await measureCpuMs(inspect, pictures * smallOnes));
      values.readTags.push(await measureCpuMs(readTags, pictures * smallOnes));
    }

    const unit = 'ms CPU';
    const bare = { what: 'bare sharp', values: values.bare };
    const thumbnails = { what: 'thumbnails', values: values.thumbnails };
    return {
      title: 'lib/media in memory',
      how:
        'CPU of all threads of one process for one 12-megapixel JPEG of ' +
        `${(photo.length / 1e6).toFixed(1)} MB in memory, ${pictures} of them in each round.`,
      figures: [
        { what: 'bare sharp, 800 and 200 px', values: values.bare, unit },
        {
          what: 'thumbnails',
          values: values.thumbnails,
          unit,
          against: { ...bare, atMost: max.thumbnails },
        },
        {
          what: 'thumbnails, ThumbHash, colour',
          values: values.shrink,
          unit,
          against: thumbnails,
        },
        {
          what: 'hash, header, EXIF, thumbnails, ThumbHash, colour',
          values: values.everything,
          unit,
          against: { ...thumbnails, atMost: max.everything },
        },
        { what: 'SHA-256 alone', values: values.hash, unit },
        { what: 'header alone', values: values.inspect, unit },
        { what: 'EXIF alone', values: values.readTags, unit },
      ],
    };
  },
};

/** What sharpShrink does for its renditions, without the ThumbHash and colour that it adds. */
const makeThumbnailsOnly = async (photo: Uint8Array, metadata: Metadata) => {
  const pixels = usable(await decodePixels(photo, metadata, 800));
  return Promise.all([
    toSharp(pixels).jpeg({ quality: 80 }).toBuffer({ resolveWithObject: true }),
    toSharp(pixels)
      .resize({ width: 200, height: 150, fit: 'fill' })
      .jpeg({ quality: 80 })
      .toBuffer({ resolveWithObject: true }),
  ]);
};

const usable = <T extends object>(result: T | { refusal: Refusal }): T => {
  if ('refusal' in result) throw new Error(result.refusal.reason);
  return result;
};
