import { failure } from '#lib/failure.ts';
import type { Caption, Captioning, Describe } from '#lib/images/caption.ts';
import { deleteImage } from '#lib/images/delete-image.ts';
import { endStep, giveUpStep } from '#lib/images/end-step.ts';
import { notifyBatch } from '#lib/images/enqueue-steps.ts';
import type { ReadTags } from '#lib/images/exif.ts';
import { findImage } from '#lib/images/find-image.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import type { StepMessage } from '#lib/images/messages.ts';
import type { Inspect, Shrink, Size } from '#lib/images/picture.ts';
import { readExif } from '#lib/images/read-exif.ts';
import { registerImage } from '#lib/images/register-image.ts';
import { retryImage } from '#lib/images/retry-image.ts';
import type { StepName } from '#lib/images/step.ts';
import { sweepStuck } from '#lib/images/sweep-stuck.ts';
import { startTimer } from '#lib/images/timer.ts';
import { uploadImage } from '#lib/images/upload-image.ts';
import { writeCaption } from '#lib/images/write-caption.ts';
import { inMemoryFetchQueue } from './in-memory-fetch-queue.ts';
import { inMemoryImages } from './in-memory-images.ts';
import { inMemoryObjects } from './in-memory-objects.ts';
import { inMemoryStepQueues } from './in-memory-step-queues.ts';
import { inMemoryVariants } from './in-memory-variants.ts';

const sizes: readonly Size[] = [
  { name: 'small', longestSide: 200 },
  { name: 'medium', longestSide: 800 },
];

export const aCaption: Caption = {
  text: 'A meadow.',
  provider: 'test',
  model: 'a-model',
  durationMs: 5,
};

const acceptAll: Inspect = async () => ({
  metadata: { width: 4000, height: 3000, format: 'jpeg' },
});
const shrinks: Shrink = async (bytes, _, wanted) => ({
  renditions: wanted.map(({ name, longestSide }) => ({
    name,
    width: longestSide,
    height: Math.round((longestSide * 3) / 4),
    sizeBytes: bytes.length,
    bytes,
  })),
  placeholder: 'cGxhY2Vob2xkZXI=',
  dominantColor: '#336699',
});
const noTags: ReadTags = async (readRange) => {
  await readRange(0, 16);
  return null;
};
const describes: Describe = async () => ({ ok: true, caption: aCaption });

/**
 * The image pipeline in memory: the real use cases with in-memory adapters, a clock that a test moves,
 * and dependencies that it may replace.
 */
export const appHarness = ({ captions = true }: { captions?: boolean } = {}) => {
  const images = inMemoryImages();
  const purged: string[] = [];
  let time = Date.now(); // the objects' clock is the real one
  const captioning: Captioning = captions
    ? { ok: true, provider: 'test', model: 'a-model' }
    : failure('no_caption_provider', 'No caption provider is set up.');
  const deps = {
    images,
    renditionSets: images.renditionSets,
    originals: inMemoryObjects(),
    derived: inMemoryObjects(),
    variants: inMemoryVariants(),
    cdn: { purge: async (imageId: string) => void purged.push(imageId) },
    stepQueues: inMemoryStepQueues(),
    fetchQueue: inMemoryFetchQueue(),
    inspect: acceptAll,
    shrink: shrinks,
    readTags: noTags,
    describe: describes,
    captionLeaseMs: 40_000,
    captioning,
    sizes,
    uploadMaxBytes: 1_000_000,
    now: () => new Date(time++),
    pause: async () => {},
  };
  type Worker = (message: StepMessage, attempts: number) => Promise<unknown>;
  const workers: Partial<Record<StepName, Worker>> = {
    thumbnails: (message, attempts) => makeThumbnails(message, attempts, deps),
    exif: (message, attempts) => readExif(message, attempts, deps),
    caption: (message, attempts) => writeCaption(message, attempts, deps),
  };
  /** A step whose worker is not under test here just ends. */
  const endOther = async (step: StepName, message: StepMessage, attempts: number) => {
    const measure = startTimer(attempts, deps);
    const { image } = await endStep(message, step, { state: 'done' }, { ...deps, measure });
    await notifyBatch(image, deps);
  };
  const work = (step: StepName, message: StepMessage, attempts = 1) =>
    workers[step]?.(message, attempts) ?? endOther(step, message, attempts);

  return {
    deps,
    /** Images that the CDN was made to forget. */
    purged,
    work,
    pass: (ms: number) => {
      time += ms;
    },
    upload: (text: string, uploadId = crypto.randomUUID()) =>
      uploadImage(
        {
          uploadId,
          requestId: 'a-request',
          filename: 'beach.jpg',
          contentType: 'image/jpeg',
          bytes: Buffer.from(text),
        },
        deps,
      ),
    drop: async (key: string, text: string) => {
      await deps.originals.write(key, Buffer.from(text), { contentType: 'image/jpeg' });
      return registerImage({ key, requestId: 'an-event' }, deps);
    },
    register: (key: string | null, etag?: string) =>
      registerImage({ key: key ?? '', etag, requestId: 'an-event' }, deps),
    retry: (imageId: string) => retryImage(imageId, deps),
    remove: (imageId: string) => deleteImage(imageId, deps),
    giveUp: (step: StepName, message: StepMessage) =>
      giveUpStep(message, step, { reason: 'the bucket was down', attempts: 8 }, deps),
    sweep: () => sweepStuck(deps),
    image: (imageId: string) => findImage(imageId, deps),
    /** Delivers all messages, each `times` times. */
    finish: async ({ times = 1 } = {}) => {
      for (
        let next = deps.stepQueues.messages.shift();
        next;
        next = deps.stepQueues.messages.shift()
      )
        for (let time = 0; time < times; time++) await work(next.step, next.message);
    },
  };
};
