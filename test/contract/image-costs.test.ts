import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { uses } from '#infra/cli/cost-figures.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import type { Exif, RawExif } from '#lib/images/exif.ts';
import { type Image, statusOf } from '#lib/images/image.ts';
import type { StepMessage } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { embedded, openDynamodbBackend } from './backend.ts';

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());

/** What a phone writes, as in a photo of a Galaxy S7. */
const phoneExif: Exif = {
  cameraMake: 'samsung',
  cameraModel: 'SM-G930F',
  lensModel: null,
  datetimeOriginal: '2017-02-09T19:51:38',
  iso: 640,
  focalLength: 4.2,
  exposureTime: 0.0003333333333333333,
  fNumber: 1.7,
  gps: { lat: 48.8925, lon: 2.236388888888889, alt: 0 },
};
const phoneTags: RawExif = Object.fromEntries(
  Array.from({ length: 45 }, (_, n) => [`SomeTagOfAPhone${n}`, `value ${n * 7919}`]),
);

const Meter = z.object({ total: z.object({ writeUnits: z.number(), readUnits: z.number() }) });

/** The pipeline with its records in DynamoDB, and what that costs. */
const meteredApp = async ({ captions }: { captions: boolean }) => {
  const tables = await backend.makeTables();
  const app = appHarness({ captions });
  const { client } = backend;
  app.deps.images = { ...app.deps.images, ...dynamoImages(tables, client) };
  app.deps.renditionSets = dynamoRenditionSets(tables, client);
  app.deps.readTags = async (readRange) => {
    await readRange(0, 16);
    return { exif: phoneExif, raw: phoneTags };
  };
  const endpoint = await client.config.endpoint?.();
  const meterUrl = `http://${endpoint?.hostname}:${endpoint?.port}/_local-cloud/consumed-capacity`;
  return {
    app,
    /** What `work` costs: units of all tables, and the calls. */
    measure: async (work: () => Promise<unknown>) => {
      await fetch(meterUrl, { method: 'DELETE' });
      const calls: string[] = [];
      client.middlewareStack.add(
        (next, { commandName = '' }) =>
          (args) => {
            calls.push(commandName.replace('Command', ''));
            return next(args);
          },
        { step: 'initialize', name: 'calls' },
      );
      await work().finally(() => client.middlewareStack.remove('calls'));
      const report = Meter.parse(await (await fetch(meterUrl)).json());
      return { ...report.total, calls };
    },
    /** Delivers what was enqueued, the steps in this order. */
    finish: async (order: readonly StepName[]) => {
      const { messages } = app.deps.stepQueues;
      for (const step of order) {
        const found = messages.findIndex((one) => one.step === step);
        const [message] = found < 0 ? [] : messages.splice(found, 1);
        if (message) await app.work(step, message.message satisfies StepMessage);
      }
    },
  };
};

/** All that happens to one photo, and what it costs. */
const processOne = async (
  { captions, order }: { captions: boolean; order: readonly StepName[] },
  add: (app: ReturnType<typeof appHarness>) => Promise<Image | undefined>,
) => {
  const { app, measure, finish } = await meteredApp({ captions });
  let added: Image | undefined;
  const cost = await measure(async () => {
    added = await add(app);
    await finish(order);
  });
  expect(statusOf(await app.image(added?.imageId ?? ''))).toBe('done');
  return cost;
};

const upload = async (app: ReturnType<typeof appHarness>) => {
  const image = await app.upload('a photo');
  await app.register(image.key, image.etag);
  return image;
};
const drop = (app: ReturnType<typeof appHarness>) => app.drop('holiday/IMG_0042.jpg', 'a photo');

// By AWS' published rules, which the embedded DynamoDB's meter follows; what the change feed costs comes
// on top, and is shared by all changes of a second.
describe
  .runIf(embedded)
  .each<StepName[][]>([[['exif', 'thumbnails', 'caption']], [['thumbnails', 'exif', 'caption']]])(
  'the records of a photo from a phone, with its steps in the order %j,',
  (order) => {
    it('cost 13 write units and 10 calls if it is uploaded by HTTP', async () => {
      const { writeUnits, readUnits, calls } = await processOne({ captions: false, order }, upload);

      expect(writeUnits).toBeLessThanOrEqual(uses.upload.writeUnits);
      expect(readUnits).toBeLessThanOrEqual(uses.upload.readUnits);
      expect(calls.length, calls.join()).toBeLessThanOrEqual(10);
    });

    it('cost 14 write units and 11 calls if it is dropped into the bucket', async () => {
      const { writeUnits, readUnits, calls } = await processOne({ captions: false, order }, drop);

      expect(writeUnits).toBeLessThanOrEqual(uses.presigned.writeUnits);
      expect(readUnits).toBeLessThanOrEqual(uses.presigned.readUnits);
      expect(calls.length, calls.join()).toBeLessThanOrEqual(11);
    });

    it('cost at most 4 write units more with a caption', async () => {
      const without = await processOne({ captions: false, order }, upload);
      const withOne = await processOne({ captions: true, order }, upload);

      expect(withOne.writeUnits - without.writeUnits).toBeLessThanOrEqual(4);
    });
  },
);
