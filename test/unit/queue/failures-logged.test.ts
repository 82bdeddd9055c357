import { afterEach, describe, expect, it, vi } from 'vitest';
import { pictureRefusals } from '#lib/ai/messages.ts';
import { failure } from '#lib/failure.ts';
import { giveUpStep, type StepEnded } from '#lib/images/end-step.ts';
import { failureOf } from '#lib/images/image.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { refusal } from '#lib/images/picture.ts';
import { readExif } from '#lib/images/read-exif.ts';
import type { StepName } from '#lib/images/step.ts';
import { writeCaption } from '#lib/images/write-caption.ts';
import { logger } from '#lib/observability.ts';
import { consumer, maxReceiveCount } from '#lib/queue/consumer.ts';
import { stepLog } from '#lib/queue/step-log.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { anSqsEvent, context } from '#test/support/sqs-events.ts';

type App = ReturnType<typeof appHarness>;
type Break = (deps: App['deps']) => unknown;

const useCases = {
  thumbnails: makeThumbnails,
  exif: readExif,
  caption: writeCaption,
} as const satisfies Partial<
  Record<
    StepName,
    (message: StepMessage, attempts: number, deps: App['deps']) => Promise<StepEnded>
  >
>;
type TestedStep = keyof typeof useCases;

/** The worker of a step as functions/pipeline wires it, over stores in memory. */
const createWorker = (step: TestedStep, { deps }: App) =>
  consumer(StepMessage, (message, { attempts }) => useCases[step](message, attempts, deps), {
    queueUrl: 'http://queue.test/q',
    backOff: async () => {},
    giveUp: (message, last) => giveUpStep(message, step, last, deps),
    log: stepLog(step, step === 'caption' ? { pictureKinds: pictureRefusals } : {}),
  });

afterEach(() => vi.restoreAllMocks());

const collectLines = () => {
  const lines: Record<string, unknown>[] = [];
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(logger, level).mockImplementation((message, ...[fields]) => {
      lines.push({ level, message, ...(typeof fields === 'object' && fields) });
    });
  return lines;
};

/** Delivers the message of a step that is to fail, and gives what the record and the log say of it. */
const fail = async (step: TestedStep, breakIt: Break, attempts = 1) => {
  const app = appHarness();
  const image = await app.drop('holiday/beach.jpg', 'a picture');
  const thumbnails = app.deps.stepQueues.receive('thumbnails');
  if (thumbnails && step === 'caption') await app.work('thumbnails', thumbnails);
  const message = step === 'thumbnails' ? thumbnails : app.deps.stepQueues.receive(step);
  await breakIt(app.deps);
  const lines = collectLines();
  await createWorker(step, app)(anSqsEvent([message], attempts), context);
  const record = await app.image(image?.imageId ?? '');
  return { step: record.steps[step], failure: failureOf(record), line: lines.at(-1) };
};

const refuses = async () => ({ refusal: refusal('truncated_file', 'The file ends too soon.') });
const isDown = async () => {
  throw new RetryLaterError('It is down.', 1);
};
const removesOriginal: Break = ({ originals }) => originals.remove(['holiday/beach.jpg']);

describe('where a step fails, the log says what the record says', () => {
  it.each<[string, TestedStep, Break]>([
    ['is no picture', 'thumbnails', (deps) => Object.assign(deps, { inspect: refuses })],
    ['cannot be decoded', 'thumbnails', (deps) => Object.assign(deps, { shrink: refuses })],
    ['is too large', 'thumbnails', (deps) => Object.assign(deps, { uploadMaxBytes: 3 })],
    ['is gone before its thumbnails', 'thumbnails', removesOriginal],
    ['is gone before its EXIF is read', 'exif', removesOriginal],
  ])('at WARN where an original %s', async (_, step, breakIt) => {
    const { failure, line } = await fail(step, breakIt);
    expect(line).toMatchObject({ level: 'warn', step, state: 'failed' });
    expect(line).toMatchObject({ reason: failure?.error, error_code: failure?.code });
  });

  it.each([
    ['declined', 'warn'],
    ['picture_against_rules', 'warn'],
    ['unreadable_picture', 'warn'],
    ['wrong_key', 'error'],
    ['no_credit', 'error'],
    ['unknown_model', 'error'],
    ['web_page', 'error'],
  ])('where the provider refuses a caption with %s, at %s', async (kind, level) => {
    const describes = async () => failure(kind, 'It said so.');
    const { step, line } = await fail('caption', (deps) =>
      Object.assign(deps, { describe: describes }),
    );
    expect(step).toMatchObject({ state: 'failed', reason: 'It said so.' });
    expect(line).toMatchObject({ level, step: 'caption', state: 'failed', kind });
    expect(line).toMatchObject({ reason: 'It said so.', error_code: 'provider_refused' });
  });

  const outages: [string, TestedStep, Break][] = [
    ['the provider', 'caption', (deps) => Object.assign(deps, { describe: isDown })],
    ['the bucket', 'exif', ({ originals }) => Object.assign(originals, { readRange: isDown })],
    ['the codec', 'thumbnails', (deps) => Object.assign(deps, { shrink: isDown })],
  ];

  it.each(outages)('at WARN while it is retried, because %s is down', async (_, step, breakIt) => {
    const { step: open, line } = await fail(step, breakIt);
    expect(open).toMatchObject({ state: 'pending' });
    expect(line).toMatchObject({
      ...{ level: 'warn', message: 'message retried', step, state: 'pending', in_seconds: 2 },
      ...{ kind: 'RetryLaterError', reason: 'It is down.' },
    });
  });

  it.each(outages)('at ERROR when it is given up, because %s is down', async (_, step, breakIt) => {
    const { step: ended, line } = await fail(step, breakIt, maxReceiveCount);
    expect(ended).toMatchObject({ state: 'failed', gaveUp: true });
    expect(ended).toHaveProperty('reason', expect.stringContaining('It is down.'));
    expect(line).toMatchObject({
      ...{ level: 'error', message: 'message given up', step, state: 'failed' },
      ...{ kind: 'RetryLaterError', reason: 'It is down.' },
    });
  });
});
