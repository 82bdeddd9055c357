import { readFile, stat } from 'node:fs/promises';
import { noCdn } from '#lib/delivery/variants.ts';
import type { Captioning, Describe } from '#lib/images/caption.ts';
import { endStep } from '#lib/images/end-step.ts';
import { type Image, statusOf } from '#lib/images/image.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import type { StepMessage } from '#lib/images/messages.ts';
import { readExif } from '#lib/images/read-exif.ts';
import { registerImage } from '#lib/images/register-image.ts';
import { type StepName, stepNames } from '#lib/images/step.ts';
import { startTimer } from '#lib/images/timer.ts';
import { uploadImage } from '#lib/images/upload-image.ts';
import { writeCaption } from '#lib/images/write-caption.ts';
import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { Settings } from '#lib/settings.ts';
import { inMemoryImages } from '#test/support/in-memory-images.ts';
import { inMemoryObjects } from '#test/support/in-memory-objects.ts';
import { inMemoryStepQueues } from '#test/support/in-memory-step-queues.ts';
import { inMemoryVariants } from '#test/support/in-memory-variants.ts';
import { faultsOfReason } from './check-reason.ts';
import { faultsOfRenditions } from './check-renditions.ts';
import { originalOnDisk } from './original-on-disk.ts';
import { peakMemory } from './peak-memory.ts';
import type { Ending, Task, Way } from './tasks.ts';

type Costs = Pick<Ending, 'cpuMs' | 'peakBeforeBytes' | 'peakBytes'>;

export type CaptionTools = { captioning: Captioning; describe: Describe };

const sizes = Settings.shape.THUMBNAIL_SIZES.parse(undefined);
const uploadMaxBytes = Settings.shape.UPLOAD_MAX_BYTES.parse(undefined);
const multipartMaxBytes = Settings.shape.MULTIPART_MAX_BYTES.parse(undefined);

/** The use cases and lib/media as the functions wire them, over stores in memory. */
const createDarkroom = (path: string, sizeBytes: number, tools: CaptionTools) => {
  const images = inMemoryImages();
  return {
    images,
    renditionSets: images.renditionSets,
    originals: originalOnDisk(path, sizeBytes),
    derived: inMemoryObjects(),
    variants: inMemoryVariants(),
    cdn: noCdn,
    stepQueues: inMemoryStepQueues(),
    inspect: sharpInspect,
    shrink: sharpShrink,
    readTags: exifrReadTags,
    ...tools,
    sizes,
    uploadMaxBytes,
    captionLeaseMs: 60_000,
    now: () => new Date(),
  };
};
type Darkroom = ReturnType<typeof createDarkroom>;

type Worker = (message: StepMessage, darkroom: Darkroom) => Promise<unknown>;

const workers: Partial<Record<StepName, Worker>> = {
  thumbnails: (message, darkroom) => makeThumbnails(message, 1, darkroom),
  exif: (message, darkroom) => readExif(message, 1, darkroom),
  caption: (message, darkroom) => writeCaption(message, 1, darkroom),
};

/** A step whose worker is not measured here just ends. */
const endOther = async (step: StepName, message: StepMessage, darkroom: Darkroom) => {
  const measure = startTimer(1, darkroom);
  await endStep(message, step, { state: 'done' }, { ...darkroom, measure });
};

/** The ways in that accept a file of this size: a multipart upload has a lower limit than the bucket. */
export const waysFor = (wanted: readonly Way[], sizeBytes: number): Way[] =>
  wanted.filter((way) => way !== 'upload' || sizeBytes <= multipartMaxBytes);

/** Processes one file by each way in, each in its own in-memory darkroom, and checks the results. */
export const workThrough = async (
  { path, name, ways }: Task,
  tools: CaptionTools,
): Promise<Ending[]> => {
  const { size } = await stat(path);
  const endings: Ending[] = [];
  for (const way of waysFor(ways, size)) {
    const darkroom = createDarkroom(path, size, tools);
    const peakBeforeBytes = peakMemory();
    const begin = process.cpuUsage();
    const processed = await processBy(way, { path, name }, darkroom).catch(asError);
    const { user, system } = process.cpuUsage(begin);
    const used = { cpuMs: (user + system) / 1000, peakBeforeBytes, peakBytes: peakMemory() };
    const seen = processed instanceof Error ? broken(processed) : await lookAt(processed, darkroom);
    endings.push({ way, ...seen, ...used });
  }
  return endings;
};

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

const broken = ({ name, message, stack = '' }: Error): Omit<Ending, 'way' | keyof Costs> => {
  const at = /\n\s+at (.*)/.exec(stack)?.[1] ?? 'an unknown place';
  const fault = `threw ${name}: ${message.split('\n')[0]} (${at.replace(/file:.*\//, '')})`;
  return { status: 'broken', reasons: [], faults: [fault] };
};

const processBy = async (way: Way, { path, name }: Omit<Task, 'ways'>, darkroom: Darkroom) => {
  const { images, originals, stepQueues: queue } = darkroom;
  const newImage = way === 'upload' ? await uploaded(path, name, darkroom) : undefined;
  if (newImage?.rejected) return newImage;
  const key = newImage?.key ?? (way === 'batch' ? `batches/a-batch/${name}` : name);
  if (!newImage) await originals.write(key, Buffer.alloc(0), { contentType: '' });
  const registered = await registerImage({ key, requestId: 'an-event' }, darkroom);
  for (let next = queue.messages.shift(); next; next = queue.messages.shift())
    await (workers[next.step]?.(next.message, darkroom) ??
      endOther(next.step, next.message, darkroom));
  const image = registered && (await images.find(registered.imageId))?.image;
  if (!image) throw new Error('The file was not registered.');
  return image;
};

/** A separate function, so that no variable holds the bytes while the workers read them again. */
const uploaded = async (path: string, name: string, darkroom: Darkroom) =>
  uploadImage(
    {
      uploadId: 'an-upload',
      requestId: 'a-request',
      filename: name.split('/').at(-1) ?? name,
      contentType: undefined,
      bytes: await readFile(path),
    },
    darkroom,
  );

const lookAt = async (image: Image, { images, derived }: Darkroom) => {
  const { steps, rejected, metadata } = image;
  const reasons = new Set(rejected ? [rejected.reason] : []);
  const faults: string[] = [];
  for (const name of stepNames) {
    const step = steps[name];
    if (step.state === 'pending') faults.push(`the step ${name} did not end`);
    if (step.state === 'failed') reasons.add(step.reason);
    if (step.state === 'failed' && (step.gaveUp || name === 'caption'))
      faults.push(`the step ${name} failed: ${step.reason}`);
  }
  for (const reason of reasons) faults.push(...faultsOfReason(reason));

  const raw = await images.getRawExif(image.imageId);
  const tagBytes = Buffer.byteLength(JSON.stringify(raw ?? {}));
  if (tagBytes > maxTagBytes) faults.push(`its tags are ${tagBytes} bytes of JSON`);
  if (image.renditionSet) faults.push(...(await faultsOfRenditions(image.renditionSet, derived)));
  if (steps.thumbnails.state === 'done' && !image.renditionSet) faults.push('it has no thumbnails');
  if (!image.renditionSet && derived.keys().length > 0) faults.push('it left files behind');

  return { status: endingStatus(image), format: metadata?.format, reasons: [...reasons], faults };
};

const maxTagBytes = 32_000;

const endingStatus = (image: Image): Ending['status'] => {
  const status = statusOf(image);
  if (image.rejected) return 'rejected';
  return status === 'done' || status === 'failed' ? status : 'broken';
};
