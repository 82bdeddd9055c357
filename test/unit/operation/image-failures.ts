import { pictureRefusals } from '#lib/ai/messages.ts';
import { giveUpStep, type StepEnded } from '#lib/images/end-step.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { type RefusalCode, refusal } from '#lib/images/picture.ts';
import { readExif } from '#lib/images/read-exif.ts';
import { type StepName, stepErrorCode } from '#lib/images/step.ts';
import { stepNames } from '#lib/images/steps.ts';
import { sweepStuck } from '#lib/images/sweep-stuck.ts';
import { writeCaption } from '#lib/images/write-caption.ts';
import { maxReceiveCount } from '#lib/queue/consumer.ts';
import { stepLog } from '#lib/queue/step-log.ts';
import { logSwept } from '#lib/queue/sweep-log.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { type FailureCase, readFailure } from './failure-case.ts';
import { deliver } from './worker.ts';

type App = ReturnType<typeof appHarness>;
type Break = (deps: App['deps']) => unknown;

type UseCase = (message: StepMessage, attempts: number, deps: App['deps']) => Promise<StepEnded>;
const useCases = {
  thumbnails: makeThumbnails,
  exif: readExif,
  caption: writeCaption,
} satisfies Partial<Record<StepName, UseCase>>;
type TestedStep = keyof typeof useCases;

const work = (
  step: TestedStep,
  message: StepMessage | undefined,
  { deps }: App,
  attempts: number,
) =>
  deliver(
    StepMessage,
    message,
    {
      work: (one, delivery) => useCases[step](one, delivery.attempts, deps),
      giveUp: (one, last) => giveUpStep(one, step, last, deps),
      log: stepLog(step, step === 'caption' ? { pictureKinds: pictureRefusals } : {}),
    },
    attempts,
  );

/** A dropped picture whose other steps have ended, or were never needed; and the message of this step. */
const beforeStep = async (step: TestedStep) => {
  const app = appHarness({ captions: step === 'caption' });
  const image = await app.drop('holiday/beach.jpg', 'a picture');
  const { stepQueues } = app.deps;
  for (const other of stepNames) {
    const message = other === step ? undefined : stepQueues.receive(other);
    if (message) await app.work(other, message);
  }
  return { app, imageId: image?.imageId ?? '', message: stepQueues.receive(step) };
};

/** Delivers the message of a step to its worker, and returns how the step has ended. */
export const runStep = async (step: TestedStep, breakIt: Break, attempts = 1) => {
  const { app, imageId, message } = await beforeStep(step);
  await breakIt(app.deps);
  await work(step, message, app, attempts);
  const image = await app.image(imageId);
  const reported = readFailure(image);
  const ended = image.steps[step];
  return ended.state === 'failed'
    ? { imageId, code: stepErrorCode(ended), reason: ended.reason }
    : reported;
};

const failedPicture = {
  where: 'image `failed`',
  metric: 'Pictures status=failed',
  alarm: 'FailedPicturesAlarm',
} as const;

const refusedBy =
  (name: 'inspect' | 'shrink', code: RefusalCode, reason: string): FailureCase['happens'] =>
  () =>
    runStep('thumbnails', (deps) =>
      Object.assign(deps, { [name]: async () => ({ refusal: refusal(code, reason) }) }),
    );

/** As DynamoDB's client throws it. */
const throttled = () =>
  Promise.reject(
    Object.assign(new Error('The level of configured provisioned throughput was exceeded.'), {
      name: 'ProvisionedThroughputExceededException',
    }),
  );

const thumbnailCases: FailureCase[] = [
  {
    what: 'a dropped or presigned object is no picture',
    ...{ ...failedPicture, code: 'unsupported_format', log: 'WARN thumbnails: message handled' },
    happens: refusedBy('inspect', 'unsupported_format', 'The file is of no known format.'),
  },
  {
    what: 'a picture is cut off',
    ...{ ...failedPicture, code: 'truncated_file', log: 'WARN thumbnails: message handled' },
    happens: refusedBy('shrink', 'truncated_file', 'The file ends too soon.'),
  },
  {
    what: 'a picture is damaged',
    ...{ ...failedPicture, code: 'damaged_file', log: 'WARN thumbnails: message handled' },
    happens: refusedBy('shrink', 'damaged_file', 'The file is damaged.'),
  },
  {
    what: 'a dropped object has too many bytes',
    ...{ ...failedPicture, code: 'file_too_large', log: 'WARN thumbnails: message handled' },
    happens: () => runStep('thumbnails', (deps) => Object.assign(deps, { uploadMaxBytes: 3 })),
  },
  {
    what: 'an original is gone from the bucket',
    ...{ ...failedPicture, code: 'original_missing', log: 'WARN exif: message handled' },
    happens: () => runStep('exif', ({ originals }) => originals.remove(['holiday/beach.jpg'])),
  },
];

const oursCases: FailureCase[] = [
  {
    what: 'a table throttles a worker eight times',
    ...{ ...failedPicture, code: 'retries_exhausted', log: 'ERROR thumbnails: message given up' },
    alarm: 'MakeThumbnailsDlqDepthAlarm',
    happens: () =>
      runStep(
        'thumbnails',
        ({ images }) => Object.assign(images, { begin: throttled }),
        maxReceiveCount,
      ),
  },
  {
    what: 'a table throttles a worker for a moment',
    ...{
      where: 'step stays `pending`',
      code: null,
      log: 'WARN thumbnails: message retried',
      metric: null,
    },
    alarm: 'MakeThumbnailsQueueAgeAlarm',
    happens: async () => {
      const { imageId } = await runStep('thumbnails', ({ images }) =>
        Object.assign(images, { begin: throttled }),
      );
      return { imageId, code: null, reason: null };
    },
  },
  {
    what: 'a worker is killed, and its message delivered again',
    ...{
      where: 'image `done`',
      code: null,
      log: 'WARN thumbnails: message received again',
      metric: null,
    },
    alarm: 'MakeThumbnailsFunctionAlarm',
    happens: () => runStep('thumbnails', () => undefined, 2),
  },
  {
    what: 'workers are killed at every delivery, or a message is lost',
    ...{ ...failedPicture, code: 'retries_exhausted', log: 'ERROR thumbnails: step given up' },
    happens: async () => {
      const { app, imageId } = await beforeStep('thumbnails');
      for (const _ of ['requested again', 'given up']) {
        app.deps.stepQueues.messages.length = 0;
        app.pass(5 * 60_000);
        await sweepStuck({ ...app.deps, onSwept: logSwept });
      }
      return readFailure(await app.image(imageId));
    },
  },
];

export const imageFailures: readonly FailureCase[] = [...thumbnailCases, ...oursCases];
