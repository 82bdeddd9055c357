import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import type { Refusal, Shrunk } from '#lib/images/picture.ts';
import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { compareExif } from './field-exif.ts';

const Rgb = z.tuple([z.number(), z.number(), z.number()]);

/** The right answer for one file, as the folder's README explains it. */
const Truth = z.looseObject({
  expect: z.enum(['done', 'refused', 'failed', 'done or refused']),
  reason: z.string().optional(),
  reason_not: z.string().optional(),
  code: z.number().optional(),
  what_to_do: z.boolean().optional(),
  format: z.union([z.string(), z.object({ one_of: z.array(z.string()) })]).optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  exif: z.record(z.string(), z.unknown()).nullable().optional(),
  source: z.string().optional(),
  average_rgb: Rgb.optional(),
  tolerance: z.number().default(4),
  brightest_at_least: z.number().optional(),
  upright: z.record(z.string(), Rgb).optional(),
});
type Truth = z.infer<typeof Truth>;

type Answer =
  | { state: 'done'; format: string; width: number; height: number; shrunk: Shrunk }
  | { state: 'refused'; refusal: Refusal };

/** What inspecting and rendering make of a file, as the workers would. */
const answerFor = async (bytes: Buffer): Promise<Answer> => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) return { state: 'refused', refusal: inspected.refusal };
  const shrunk = await sharpShrink(bytes, inspected.metadata, [
    { name: 'small', longestSide: 200 },
    { name: 'medium', longestSide: 800 },
  ]);
  if ('refusal' in shrunk) return { state: 'refused', refusal: shrunk.refusal };
  return { state: 'done', ...inspected.metadata, shrunk };
};

const findMismatches = async (bytes: Buffer, truth: Truth): Promise<string[]> => {
  const answer = await answerFor(bytes);
  if (answer.state === 'refused') return refusalMismatches(answer.refusal, truth);
  if (truth.expect === 'refused' || truth.expect === 'failed') return ['done, should be refused'];
  const medium = answer.shrunk.renditions.find(({ name }) => name === 'medium');
  if (!medium) return ['no rendition of 800 pixels'];
  return [
    ...shapeMismatches(answer, truth),
    ...(await pixelMismatches(Buffer.from(medium.bytes), truth)),
    ...(await exifMismatches(bytes, truth)),
  ];
};

const refusalMismatches = ({ kind, reason }: Refusal, truth: Truth): string[] => {
  const says = (pattern: string | undefined) =>
    pattern !== undefined && new RegExp(pattern, 'i').test(reason);
  const code = kind === 'type' ? 415 : 422;
  return [
    ...(truth.expect === 'done' ? [`refused: ${reason}`] : []),
    ...(truth.reason !== undefined && !says(truth.reason) ? [`unclear reason: ${reason}`] : []),
    ...(says(truth.reason_not) ? [`wrong reason: ${reason}`] : []),
    ...(truth.code !== undefined && truth.code !== code
      ? [`${code} instead of ${truth.code}`]
      : []),
    ...(truth.what_to_do && !/\b(send|export|save|convert|develop)\b/i.test(reason)
      ? [`does not say what to do: ${reason}`]
      : []),
  ];
};

const shapeMismatches = (
  { format, width, height }: Extract<Answer, { state: 'done' }>,
  truth: Truth,
): string[] => {
  const allowed = typeof truth.format === 'object' ? truth.format.one_of : [truth.format ?? format];
  return [
    ...(allowed.includes(format) ? [] : [`${format} instead of ${allowed.join(' or ')}`]),
    ...(width === (truth.width ?? width) ? [] : [`${width} wide instead of ${truth.width}`]),
    ...(height === (truth.height ?? height) ? [] : [`${height} high instead of ${truth.height}`]),
  ];
};

/** Where the folder's README has its patches, as shares of the sides. */
const patches: Record<string, readonly [number, number]> = {
  top_left: [1 / 8, 1 / 8],
  top_right: [7 / 8, 1 / 8],
  bottom_left: [1 / 8, 7 / 8],
  bottom_right: [7 / 8, 7 / 8],
  middle: [1 / 2, 1 / 2],
};
const patchSide = 0.06;

const pixelMismatches = async (rendition: Buffer, truth: Truth): Promise<string[]> => {
  const { data, info } = await sharp(rendition)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const mean = (left: number, top: number, across: number, down: number) => {
    const sums = [0, 0, 0];
    for (let y = top; y < top + down; y++)
      for (let x = left; x < left + across; x++)
        for (let channel = 0; channel < 3; channel++)
          sums[channel] =
            (sums[channel] ?? 0) +
            (data[(y * width + x) * channels + Math.min(channel, channels - 1)] ?? 0);
    return sums.map((sum) => sum / (across * down));
  };
  const found: string[] = [];
  const compare = (what: string, is: number[], should: readonly number[], tolerance: number) => {
    if (is.some((value, index) => Math.abs(value - (should[index] ?? 0)) > tolerance))
      found.push(`${what} ${is.map(Math.round)} instead of ${should} ± ${tolerance}`);
  };
  if (truth.average_rgb)
    compare('average', mean(0, 0, width, height), truth.average_rgb, truth.tolerance);
  for (const [name, colour] of Object.entries(truth.upright ?? {})) {
    const [x, y] = patches[name] ?? [0.5, 0.5];
    const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * patchSide)));
    const left = Math.round(x * width - (across ?? 1) / 2);
    const top = Math.round(y * height - (down ?? 1) / 2);
    compare(name, mean(left, top, across ?? 1, down ?? 1), colour, truth.tolerance + 4);
  }
  const brightest = data.reduce((most, value) => Math.max(most, value), 0);
  if (brightest < (truth.brightest_at_least ?? 0)) found.push(`nothing brighter than ${brightest}`);
  return found;
};

const exifMismatches = async (bytes: Buffer, { exif, source }: Truth): Promise<string[]> => {
  if (exif === undefined) return [];
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return compareExif(await exifrReadTags(read, bytes.length), exif, source);
};

export type FieldAnswer = { name: string; ms: number; mismatches: string[] };

/**
 * Has each file of a folder inspected, rendered and read for metadata in this process, and compares
 * with its `truth.json`, which says the right answer for each.
 */
export async function* answerField(folder: string): AsyncGenerator<FieldAnswer> {
  const truths = z
    .record(z.string(), Truth)
    .parse(JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')));
  for (const [name, truth] of Object.entries(truths)) {
    const started = performance.now();
    const found = await findMismatches(readFileSync(join(folder, name)), truth).catch(
      (error: unknown) => [`threw: ${error instanceof Error ? error.message : String(error)}`],
    );
    yield { name, ms: Math.round(performance.now() - started), mismatches: found };
  }
}
