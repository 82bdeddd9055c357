import { setTimeout as wait } from 'node:timers/promises';
import { otherPartitions } from '#infra/local-cloud/emulators/dynamodb/capacity/meter.ts';
import { dynamoChanges } from '#lib/aws/dynamo-changes.ts';
import { dynamoImageCounters } from '#lib/aws/dynamo-image-counters.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoProjections } from '#lib/aws/dynamo-projections.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { projectChanges } from '#lib/events/project-changes.ts';
import type { Exif } from '#lib/images/exif.ts';
import { logger } from '#lib/observability.ts';
import { streamConsumer } from '#lib/stream/stream-consumer.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { firstWaveImages } from '../support/first-wave-images.ts';
import { type LimitedDynamodb, startLimitedDynamodb } from '../support/limited-dynamodb.ts';
import type { Figure, Part } from '../support/report.ts';

/** Pictures a second that are simulated, and write units that a partition key takes in one. */
const perSecond = 1000;
/**
 * A second of the simulation lasts so many here: arrivals and limits are slowed down alike, so that this
 * machine has time for every request.
 */
const slowness = 40;
const maxBackoffSeconds = 30;
const lengths = {
  short: { pictures: 500, settleSeconds: 30 },
  full: { pictures: 3000, settleSeconds: 60 },
};

type Result = {
  finished: number;
  throttles: number;
  repeats: number;
  lostTransactions: number;
  /** Of all tables and indexes. */
  writeUnits: number;
  /** The largest part of them that one partition key took. */
  largestShare: number;
};

/** Whether the records hold 1000 pictures a second, by the limits of DynamoDB's partitions. */
export const scale: Part = {
  name: 'scale',
  run: async (length) => {
    const { pictures, settleSeconds } = lengths[length];
    logger.setLogLevel('SILENT');
    const now = await simulate(pictures, settleSeconds, openPipeline);
    const before = await simulate(pictures, settleSeconds, openFirstWave);
    return {
      title: `${perSecond} pictures a second`,
      how:
        `${pictures} pictures by HTTP through the use cases and DynamoDB adapters of the pipeline, ` +
        `with project-changes reading the stream, against the embedded DynamoDB with ${perSecond} ` +
        `write units a second for each partition key of tables and indexes. Arrivals and limits are ` +
        `slowed down ${slowness} times. S3 and SQS are in memory, pixels are not decoded, a message ` +
        `that fails is delivered again after 2 s and longer. "Before" are the writes of commit 4d27351, ` +
        `given ${settleSeconds} s after the last arrival, as the new ones are.`,
      figures: [
        ...toFigures('Now', now, pictures, { throttles: 0, largestShare: 12.5 }),
        { what: 'Now: write units a picture', values: [now.writeUnits / pictures], unit: '' },
        ...toFigures('Before', before, pictures),
      ],
    };
  },
};

const toFigures = (
  what: string,
  { finished, throttles, repeats, lostTransactions, largestShare }: Result,
  pictures: number,
  atMost: { throttles?: number; largestShare?: number } = {},
): Figure[] => [
  { what: `${what}: finished`, values: [(100 * finished) / pictures], unit: '%' },
  {
    what: `${what}: throttled requests`,
    values: [throttles],
    unit: '',
    ...(atMost.throttles !== undefined && { atMost: atMost.throttles }),
  },
  { what: `${what}: messages delivered again`, values: [repeats], unit: '' },
  { what: `${what}: transactions lost in races`, values: [lostTransactions], unit: '' },
  {
    what: `${what}: largest share of a key`,
    values: [100 * largestShare],
    unit: '% of writes',
    ...(atMost.largestShare !== undefined && { atMost: atMost.largestShare }),
  },
];

type App = ReturnType<typeof appHarness>;
type Pipeline = { app: App; stop: () => Promise<void>; isCounted: () => Promise<boolean> };
type Open = (dynamodb: LimitedDynamodb, pictures: number) => Promise<Pipeline>;

const phoneExif: Exif = {
  ...{ cameraMake: 'samsung', cameraModel: 'SM-G930F', lensModel: null },
  datetimeOriginal: '2017-02-09T19:51:38',
  ...{ iso: 640, focalLength: 4.2, exposureTime: 0.0003, fNumber: 1.7 },
  gps: { lat: 48.8925, lon: 2.2364, alt: 0 },
};
const phoneTags = Object.fromEntries(
  Array.from({ length: 45 }, (_, n) => [`SomeTagOfAPhone${n}`, `value ${n * 7919}`]),
);

const openApp = (deps: Partial<App['deps']['images']>, sets: App['deps']['renditionSets']): App => {
  const app = appHarness({ captions: false });
  app.deps.images = { ...app.deps.images, ...deps };
  app.deps.renditionSets = sets;
  app.deps.readTags = async () => ({
    // A thousand pictures are not taken in the same second: the months are spread over years.
    exif: { ...phoneExif, datetimeOriginal: takenSomeTime() },
    raw: phoneTags,
  });
  return app;
};

const takenSomeTime = (): string =>
  new Date(Date.now() - Math.random() * 10 * 365 * 24 * 3600_000).toISOString().slice(0, 19);

const openPipeline: Open = async (dynamodb, pictures) => {
  const { client, table } = dynamodb;
  const tables = {
    imagesTable: table('images'),
    renditionSetsTable: table('rendition-sets'),
    countersTable: table('counters'),
    eventsTable: table('events'),
    batchesTable: table('batches'),
    editSessionsTable: table('edit-sessions'),
  };
  const project = streamConsumer((batch) =>
    projectChanges(batch, {
      readChange: dynamoChanges(tables),
      projections: dynamoProjections(tables, client),
      subscribers: { notify: async () => {} },
      now: () => new Date(),
      pause: wait,
      random: Math.random,
      reportUnreadable: (_, error) => console.error(error),
      onPictureEnded: () => {},
    }),
  );
  const context = Object({ functionName: 'project-changes' });
  const stream = dynamodb.startStream(tables.imagesTable, (event) => project(event, context));
  const counters = dynamoImageCounters(tables, client);
  return {
    app: openApp(dynamoImages(tables, client), dynamoRenditionSets(tables, client)),
    stop: stream.stop,
    isCounted: async () => (await counters.total()).done === pictures,
  };
};

const openFirstWave: Open = async ({ client, table }) => {
  const renditionSetsTable = table('rendition-sets');
  const images = await firstWaveImages(client, renditionSetsTable);
  return {
    app: openApp(images, dynamoRenditionSets({ renditionSetsTable }, client)),
    stop: async () => {},
    isCounted: async () => true,
  };
};

const simulate = async (pictures: number, settleSeconds: number, open: Open): Promise<Result> => {
  const dynamodb = await startLimitedDynamodb(perSecond / slowness);
  const { app, stop, isCounted } = await open(dynamodb, pictures);
  const ending = new AbortController();
  const progress = { finished: 0, repeats: 0 };
  /** As the consumer does: what fails is delivered again after 2, 4, … seconds, until the simulation ends. */
  const deliver = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch {
        ending.signal.throwIfAborted();
        progress.repeats++;
        const seconds = Math.min(2 ** attempt, maxBackoffSeconds);
        await wait(seconds * 1000, undefined, { signal: ending.signal });
      }
    }
  };
  try {
    const all: Promise<void>[] = [];
    for (let nth = 0; nth < pictures; nth++) {
      all.push(
        process(app, nth, deliver).then(
          () => void progress.finished++,
          (error: unknown) => {
            if (!ending.signal.aborted) throw error;
          },
        ),
      );
      await wait((slowness * 1000) / perSecond);
    }
    const everything = Promise.all(all).then(async () => {
      while (!ending.signal.aborted && !(await isCounted())) await wait(200);
    });
    await Promise.race([everything, wait(settleSeconds * 1000, undefined, { ref: false })]);
    const report = dynamodb.meter.report({ byPartition: true });
    const { writeUnits } = report.total;
    const keys = Object.values(report.tables)
      .flatMap((one) => [one, ...Object.values(one.indexes)])
      .flatMap(({ partitions = {} }) => Object.entries(partitions))
      .filter(([name]) => name !== otherPartitions)
      .map(([, units]) => units.writeUnits);
    return {
      ...progress,
      throttles: dynamodb.throttles(),
      lostTransactions: dynamodb.lostTransactions(),
      writeUnits,
      largestShare: Math.max(...keys) / writeUnits,
    };
  } finally {
    ending.abort();
    await stop();
    await dynamodb.stop();
  }
};

type Deliver = <T>(work: () => Promise<T>) => Promise<T>;

/** One picture from its upload until both steps have ended. */
const process = async (app: App, nth: number, deliver: Deliver): Promise<void> => {
  const uploadId = crypto.randomUUID();
  const { key, etag, imageId } = await deliver(() => app.upload(`pixels of ${nth}`, uploadId));
  await deliver(() => app.register(key, etag));
  await Promise.all(
    (['thumbnails', 'exif'] as const).map(async (step) => {
      const { messages } = app.deps.stepQueues;
      const at = messages.findIndex((one) => one.step === step && one.message.image_id === imageId);
      const [enqueued] = at < 0 ? [] : messages.splice(at, 1);
      if (enqueued) await deliver(() => app.work(step, enqueued.message));
    }),
  );
};
