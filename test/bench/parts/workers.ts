import { randomUUID } from 'node:crypto';
import { toNotification } from '#infra/local-cloud/emulators/s3/s3-event.ts';
import { openDynamodb, openS3 } from '#lib/aws/clients.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { imageIdOf, statusOf } from '#lib/images/image.ts';
import { makeThumbnailPair, measureCpuMs } from '../support/bare-sharp.ts';
import { drawnPhoto, withComment } from '../support/photo.ts';
import type { Part } from '../support/report.ts';
import { startWorkerBench, type WorkerBench } from '../support/worker-bench.ts';

const lengths = {
  short: { warmUp: 20, rounds: 3, pictures: 15 },
  full: { warmUp: 40, rounds: 5, pictures: 40 },
};
const names = ['register-image', 'make-thumbnails', 'read-exif', 'write-caption'] as const;

/** What each worker costs by itself: the CPU of its own process, without queues and emulators. */
export const stepQueues: Part = {
  name: 'workers',
  run: async (length) => {
    const { warmUp, rounds, pictures } = lengths[length];
    const photo = await drawnPhoto();
    const bench = await startWorkerBench(names);
    try {
      const room = openRoom(bench);
      const pass = async (count: number) => {
        const keys = Array.from({ length: count }, () => `dropped/${randomUUID()}.jpg`);
        for (const key of keys) await room.drop(key, withComment(photo, key));
        const cpuPer = await room.work(keys);
        await room.check(keys);
        return cpuPer;
      };

      await pass(warmUp);
      await measureCpuMs(() => makeThumbnailPair(photo), 5);
      const bare: number[] = [];
      const passes: Record<string, number>[] = [];
      for (let round = 0; round < rounds; round++) {
        bare.push(await measureCpuMs(() => makeThumbnailPair(photo), pictures));
        passes.push(await pass(pictures));
      }
      const unit = 'ms CPU';
      const against = { what: 'bare sharp', values: bare };
      const all = Object.fromEntries(
        names.map((name) => [name, passes.map((cpu) => cpu[name] ?? Number.NaN)]),
      );
      return {
        title: 'Each worker',
        how:
          'CPU of a process that runs this worker only, for one message about one 12-megapixel ' +
          `JPEG of ${(photo.length / 1e6).toFixed(1)} MB, dropped into S3; one message at a time.`,
        figures: [
          { what: 'bare sharp, 800 and 200 px', values: bare, unit },
          ...names.map((what) => ({ what, values: all[what] ?? [], unit, against })),
        ],
      };
    } finally {
      await bench.stop();
    }
  },
};

/** What the bench itself does in the buckets and tables that the workers use. */
const openRoom = ({ env, handle, readCpuMs }: WorkerBench) => {
  const setting = (name: string) => {
    const value = env[name];
    if (value === undefined) throw new Error(`The workers have no ${name}.`);
    return value;
  };
  const region = setting('AWS_REGION');
  const credentials = {
    accessKeyId: setting('AWS_ACCESS_KEY_ID'),
    secretAccessKey: setting('AWS_SECRET_ACCESS_KEY'),
  };
  const bucket = setting('ORIGINALS_BUCKET');
  const originals = s3Objects(
    bucket,
    openS3({ region, credentials, endpoint: setting('AWS_ENDPOINT_URL_S3') }),
  );
  const images = dynamoImages(
    {
      imagesTable: setting('IMAGES_TABLE'),
      renditionSetsTable: setting('RENDITION_SETS_TABLE'),
    },
    openDynamodb({ region, credentials, endpoint: setting('AWS_ENDPOINT_URL_DYNAMODB') }),
  );

  const createNotification = (key: string) =>
    toNotification(
      bucket,
      {
        name: 'ObjectCreated:Put',
        key,
        sizeBytes: 0,
        etag: '',
        at: Date.now(),
        sequencer: Date.now().toString(16).toUpperCase(),
      },
      { region },
    );
  const createStepMessage = (key: string) => ({
    image_id: imageIdOf(key),
    rev: 1,
    run: 1,
    request_id: 'bench',
  });

  return {
    drop: (key: string, bytes: Uint8Array) =>
      originals.write(key, bytes, { contentType: 'image/jpeg' }),
    /** Milliseconds of CPU per picture, by worker: each has all pictures in turn. */
    work: async (keys: readonly string[]): Promise<Record<string, number>> => {
      const spent: Record<string, number> = {};
      for (const name of names) {
        const before = readCpuMs(name);
        for (const key of keys)
          await handle(
            name,
            name === 'register-image' ? createNotification(key) : createStepMessage(key),
          );
        spent[name] = (readCpuMs(name) - before) / keys.length;
      }
      return spent;
    },
    check: async (keys: readonly string[]): Promise<void> => {
      for (const key of keys) {
        const found = await images.find(imageIdOf(key));
        const steps = found && JSON.stringify(found.image.steps);
        if (!found || statusOf(found.image) !== 'done' || !found.image.caption)
          throw new Error(`The picture ${key} is not done: ${steps}`);
      }
    },
  };
};
