import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { z } from 'zod';
import { type Drawing, drawn, phoneExif } from '#test/support/drawn-pictures.ts';
import { noFaultsYet } from '#test/support/faults-config.ts';
import { startBenchStack } from '../support/bench-stack.ts';
import { drawnPhoto } from '../support/photo.ts';
import type { Figure, Part } from '../support/report.ts';

const maxTimes = 1.1;
const pictures = { short: 2, full: 5 };

/** What all functions together read from S3 for one picture, from its upload to its end. */
export const bytesRead: Part = {
  name: 'bytes-read',
  run: async (length) => {
    // The fault proxies stand between functions and S3, and count; they inject nothing.
    const { env, faultControl } = await noFaultsYet();
    const stack = await startBenchStack(env, { faultInjection: true });

    const readSoFar = async (): Promise<number> => {
      const { received } = await faultControl.report();
      return Object.values(received)
        .flatMap((calls) => Object.entries(calls))
        .filter(([name]) => /^(Get|Head|List|Put|Delete)Object/.test(name))
        .reduce((sum, [, bytes]) => sum + bytes, 0);
    };
    let sent = 0;
    const pass = async (picture: Picture) => {
      const form = new FormData();
      form.append('file', new Blob([unlikeOthers(picture)]), `picture.${picture.format}`);
      await stack.requestData('/api/images', { method: 'POST', body: form });
      sent++;
      for (;;) {
        const { done, failed } = Stats.parse(await stack.requestData('/api/stats'));
        if (failed > 0) throw new Error(`A ${picture.format} failed.`);
        if (done >= sent) return;
        await wait(100);
      }
    };

    try {
      const figures: Figure[] = [];
      for (const picture of await originals()) {
        const values: number[] = [];
        for (let nth = 0; nth < pictures[length]; nth++) {
          const before = await readSoFar();
          await pass(picture);
          values.push(((await readSoFar()) - before) / picture.bytes.length);
        }
        const megabytes = (picture.bytes.length / 1e6).toFixed(1);
        figures.push({
          what: `${picture.format} of ${megabytes} MB`,
          values,
          unit: '× the original',
          atMost: maxTimes,
        });
      }
      return {
        title: 'Bytes read from S3',
        how:
          'Bodies of all answers of S3 to all functions for one picture, counted by a proxy ' +
          'between them; each picture in bytes of its own, captions off.',
        figures,
      };
    } finally {
      await stack.stop();
    }
  },
};

type Picture = { format: string; bytes: Buffer };

const Stats = z.looseObject({ done: z.int(), failed: z.int() });

/** A photo, and one of each format that is hardly larger than 2 MB, where the bound begins. */
const originals = async (): Promise<Picture[]> => {
  const photo = await drawnPhoto();
  const picture = (width: number, more: Drawing = {}) =>
    drawn({ width, height: width * 0.75, ...more });
  const withExif = { exif: phoneExif };
  const smallest = {
    jpeg: sharp(photo).keepExif().jpeg({ quality: 70 }),
    png: (await picture(1720)).png(), // its EXIF might stand behind the pixels: two reads
    webp: (await picture(1920, withExif)).webp({ effort: 0, lossless: true }),
    tiff: (await picture(1400, withExif)).tiff({ compression: 'lzw' }),
    avif: (await picture(2640, withExif)).avif({ effort: 0, quality: 90 }),
  };
  const encoded = Object.entries(smallest).map(async ([format, encoding]) => ({
    format,
    bytes: await encoding.toBuffer(),
  }));
  return [{ format: 'jpeg', bytes: photo }, ...(await Promise.all(encoded))];
};

/**
 * The same picture in other bytes: behind it stands a box that says it means nothing (ISO 14496-12
 * §8.1.2), which an AVIF may have there, and which readers of other formats ignore.
 */
const unlikeOthers = ({ bytes }: Picture): Uint8Array<ArrayBuffer> => {
  const head = Buffer.from([0, 0, 0, 24, ...Buffer.from('free')]);
  return new Uint8Array(Buffer.concat([bytes, head, randomBytes(16)]));
};
