import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { z } from 'zod';
import { fakeImageId } from './browser-answers.ts';
import type { Answer, PageRequest } from './browser-host.ts';
import { drawnJpeg } from './drawn-pictures.ts';

export type Photograph = {
  bytes: Buffer;
  width: number;
  height: number;
  /** ThumbHash, base64. */
  placeholder: string;
};

const longestSide = 1600;
const widths = [160, 320, 640, 960, 1600];
const dayMs = 86_400_000;
const newest = Date.parse('2026-11-20T10:00:00Z');

/** The pictures of a folder by name, as JPEGs that a browser can show. */
export const readPhotographs = async (folder: string): Promise<Photograph[]> => {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name));
  return Promise.all(
    names.sort().map(async (name) => toPhotograph(await readFile(join(folder, name)))),
  );
};

/** A few of the size that the sheet asks for, in the proportions of cameras. */
export const drawnPhotographs = (): Promise<Photograph[]> =>
  Promise.all(
    [320, 160, 240, 427, 320].map(async (width, seed) =>
      toPhotograph(await drawnJpeg({ width, height: 240, seed: seed + 1 })),
    ),
  );

const toPhotograph = async (bytes: Buffer): Promise<Photograph> => {
  const { data, info } = await sharp(bytes)
    .rotate()
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 82 })
    .toBuffer({ resolveWithObject: true });
  const small = await sharp(data)
    .resize(96, 96, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const hash = rgbaToThumbHash(small.info.width, small.info.height, small.data);
  return {
    bytes: data,
    width: info.width,
    height: info.height,
    placeholder: Buffer.from(hash).toString('base64'),
  };
};

const Record = z.looseObject({
  image_id: z.string(),
  original_name: z.string(),
  thumbnails: z.record(z.string(), z.string()),
  placeholder: z.string().nullable(),
  metadata: z.looseObject({}),
});

/**
 * What an API answers, with photographs in place of its pictures, uploaded on several days: layouts
 * are judged with pictures of many proportions.
 */
export const withPhotographs =
  (api: (request: PageRequest) => Answer, photographs: readonly Photograph[]) =>
  (request: PageRequest): Answer => {
    const answer = api(request);
    if (typeof answer === 'string') return answer;
    if ('bytes' in answer) {
      const id = /(?:^i|images)\/([a-z2-7]{26})/.exec(request.path)?.[1] ?? '';
      const { bytes } = pick(photographs, id);
      return { bytes, type: 'image/jpeg' };
    }
    if (!('data' in answer) || !request.path.startsWith('api/images')) return answer;
    const { data } = answer;
    const change = (each: unknown) => withPhotograph(each, photographs);
    return { ...answer, data: Array.isArray(data) ? data.map(change) : change(data) };
  };

const withPhotograph = (data: unknown, photographs: readonly Photograph[]): unknown => {
  const parsed = Record.safeParse(data);
  if (!parsed.success) return data;
  const { image_id: id, metadata, placeholder, thumbnails } = parsed.data;
  const { width, height, placeholder: ownPlaceholder } = pick(photographs, id);
  const link = `http://elsewhere.example/i/${id}`;
  const hasCopies = Object.keys(thumbnails).length > 0;
  const record = {
    ...parsed.data,
    metadata: { ...metadata, width, height },
    placeholder: placeholder && ownPlaceholder,
    srcset: hasCopies ? widths.map((each) => `${link}/w${each}?v=1 ${each}w`).join(', ') : null,
  };
  return onItsDay(record, indexOf(id));
};

/** Nine pictures a day, the newest on the day of all other fixtures. */
const onItsDay = (record: object, index: number): unknown => {
  const day = new Date(newest - Math.floor(index / 9) * dayMs).toISOString().slice(0, 10);
  return JSON.parse(JSON.stringify(record).replaceAll('2026-11-20T', `${day}T`));
};

const pick = (photographs: readonly Photograph[], id: string): Photograph => {
  const photograph = photographs[indexOf(id) % photographs.length];
  if (!photograph) throw new Error('There is no photograph in the folder.');
  return photograph;
};

const indexes = new Map(Array.from({ length: 10_000 }, (_, index) => [fakeImageId(index), index]));
const indexOf = (id: string): number => indexes.get(id) ?? 0;
