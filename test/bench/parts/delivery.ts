import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { z } from 'zod';
import { measureCpuMs } from '../support/bare-sharp.ts';
import { type BenchStack, startBenchStack } from '../support/bench-stack.ts';
import { startIpx } from '../support/ipx.ts';
import { drawnPhoto, withComment } from '../support/photo.ts';
import { measureUsage } from '../support/process-tree.ts';
import { type Figure, megabytes, type Part } from '../support/report.ts';

const max = { newJpeg: 1.3, storedView: 0.5, inventedMs: 20 };
const lengths = {
  short: { rounds: 4, each: 3, views: 20, invented: 2000 },
  full: { rounds: 9, each: 5, views: 50, invented: 10_000 },
};
const clients = 16;
const width = 800;
const formats = ['jpg', 'webp', 'avif'] as const;
type Format = (typeof formats)[number];

/** What a picture for a page costs: rendered at the first request, served from the store after it. */
export const delivery: Part = {
  name: 'delivery',
  run: async (length) => {
    const { rounds, each, views, invented } = lengths[length];
    const photo = process.env['BENCH_PHOTO']
      ? readFileSync(process.env['BENCH_PHOTO'])
      : await drawnPhoto();
    const ipx = await startIpx(photo);
    const stack = await startBenchStack().catch(async (error: unknown) => {
      await ipx.stop();
      throw error;
    });
    const spent = async (pid: number, runs: number, work: () => Promise<unknown>) => {
      const before = measureUsage(pid).cpuMs;
      await work();
      return (measureUsage(pid).cpuMs - before) / runs;
    };
    const get = async (id: string, file: string) => {
      const response = await fetch(`${stack.baseUrl}/i/${id}/${file}`);
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      return (await response.arrayBuffer()).byteLength;
    };
    const fresh = pictures(stack, photo, rounds * each * (formats.length + 1) + rounds + each + 1);

    try {
      const ids = await fresh;
      const next = () => ids.pop() ?? '';
      const sizes: Partial<Record<Format, { darkroom: number; ipx: number }>> = {};
      const values = {
        darkroom: byFormat(),
        fromLarge: [] as number[],
        ipx: byFormat(),
        bare: byFormat(),
        stored: [] as number[],
        together: [] as number[],
      };
      for (const format of formats) {
        const darkroom = await get(next(), `w${width}.${format}`);
        sizes[format] = { darkroom, ipx: await ipx.get(ipxModifiers[format]) };
        await measureCpuMs(() => bare(photo, format), 2);
      }
      for (let round = 0; round < rounds; round++) {
        for (const format of formats) {
          const some = Array.from({ length: each }, next);
          const file = `w${width}.${format}`;
          const made = await spent(stack.pid, each, () => inTurn(some, (id) => get(id, file)));
          values.darkroom[format].push(made);
          const again = await spent(ipx.pid, each, () =>
            inTurn(some, () => ipx.get(ipxModifiers[format])),
          );
          values.ipx[format].push(again);
          values.bare[format].push(await measureCpuMs(() => bare(photo, format), each));
          if (format !== 'jpg') continue;
          const seen = Array.from({ length: views }, (_, n) => some[n % each] ?? '');
          values.stored.push(
            await spent(stack.pid, views, () => inTurn(seen, (id) => get(id, file))),
          );
        }
        const large = Array.from({ length: each }, next);
        await inTurn(large, (id) => get(id, 'large.jpg'));
        values.fromLarge.push(
          await spent(stack.pid, each, () => inTurn(large, (id) => get(id, `w${width}.avif`))),
        );
        const one = next();
        values.together.push(
          await spent(stack.pid, 1, () =>
            Promise.all(Array.from({ length: clients }, () => get(one, `w${width}.webp`))),
          ),
        );
      }
      const bytes = formats.map((format) => {
        const { darkroom = 0, ipx: other = 0 } = sizes[format] ?? {};
        return `${format} ${darkroom} (ipx ${other})`;
      });
      return {
        title: 'Pictures delivered',
        how:
          `CPU of the whole stack, emulators included, for one picture ${width} wide of a 12-megapixel ` +
          `JPEG of ${megabytes(photo.length)}, beside bare sharp in this process and beside ipx 3.1.1, ` +
          `which reads the photo from a file, and stores nothing. Bytes: ${bytes.join(', ')}.`,
        figures: [
          ...toFigures(values),
          {
            what: `${invented} invented links, 95 of 100`,
            values: [await inventedLinks(stack, next(), invented)],
            unit: 'ms',
            atMost: max.inventedMs,
          },
        ],
      };
    } finally {
      await stack.stop();
      await ipx.stop();
    }
  },
};

const byFormat = (): Record<Format, number[]> => ({ jpg: [], webp: [], avif: [] });

const ipxModifiers: Record<Format, string> = {
  jpg: `w_${width},f_jpeg,q_80`,
  webp: `w_${width},f_webp,q_80`,
  avif: `w_${width},f_avif,q_66`,
};

const bare = (photo: Uint8Array, format: Format): Promise<Buffer> => {
  const picture = sharp(photo).autoOrient().resize({ width });
  if (format === 'jpg') return picture.jpeg({ quality: 80 }).toBuffer();
  if (format === 'webp') return picture.webp({ quality: 80, effort: 2 }).toBuffer();
  return picture.avif({ quality: 66, effort: 0, chromaSubsampling: '4:2:0' }).toBuffer();
};

const inTurn = async (ids: readonly string[], work: (id: string) => Promise<unknown>) => {
  for (const id of ids) await work(id);
};

/** Wall time of requests for unknown presets, images, extensions and queries, one after the other. */
const inventedLinks = async ({ baseUrl }: BenchStack, id: string, count: number) => {
  const took: number[] = [];
  for (let n = 0; n < count; n++) {
    const image = n % 3 === 0 ? 'a'.repeat(26) : id;
    const file = [`w${n + 1}1`, `large.gif?n=${n}`, `none${n}.avif`, `small?e=${n}`][n % 4];
    const begin = performance.now();
    const response = await fetch(`${baseUrl}/i/${image}/${file}`);
    await response.arrayBuffer();
    took.push(performance.now() - begin);
    if (response.status < 400) throw new Error(`An invented link was answered: ${file}`);
  }
  return took.toSorted((one, other) => one - other)[Math.floor(count * 0.95)] ?? Number.NaN;
};

const Uploaded = z.looseObject({ image_id: z.string(), status: z.string() });

/** Different images that are done, so that none shares a variant with another. */
const pictures = async (
  { requestData }: BenchStack,
  photo: Uint8Array,
  count: number,
): Promise<string[]> => {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth++) {
    const form = new FormData();
    form.append('file', new Blob([withComment(photo, `picture ${nth}`)]), 'photo.jpg');
    const data = await requestData('/api/images', { method: 'POST', body: form });
    ids.push(Uploaded.parse(data).image_id);
  }
  for (const id of ids)
    while (Uploaded.parse(await requestData(`/api/images/${id}`)).status !== 'done')
      await wait(200);
  return ids;
};

const unit = 'ms CPU';
type Values = {
  darkroom: Record<Format, number[]>;
  ipx: Record<Format, number[]>;
  bare: Record<Format, number[]>;
  fromLarge: number[];
  stored: number[];
  together: number[];
};

const toFigures = ({
  darkroom,
  ipx,
  bare: alone,
  fromLarge,
  stored,
  together,
}: Values): Figure[] => [
  ...formats.flatMap((format): Figure[] => [
    { what: `${format}, bare sharp`, values: alone[format], unit },
    { what: `${format}, ipx`, values: ipx[format], unit },
    {
      what: `${format}, the first time`,
      values: darkroom[format],
      unit,
      against: {
        what: 'ipx',
        values: ipx[format],
        ...(format === 'jpg' && { atMost: max.newJpeg }),
      },
    },
  ]),
  { what: 'avif, the first time, of large', values: fromLarge, unit },
  {
    what: 'jpg, stored',
    values: stored,
    unit,
    against: { what: 'ipx', values: ipx.jpg, atMost: max.storedView },
  },
  {
    what: `webp, ${clients} clients at once, all together`,
    values: together,
    unit,
    against: { what: 'one client', values: darkroom.webp },
  },
];
