import { expect } from 'vitest';
import { rowImageId } from '#lib/batches/row.ts';
import { failure } from '#lib/failure.ts';
import { aCaption } from '#test/support/app-harness.ts';
import { type BatchHarness, batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';

export const url = 'https://shop.example/a.jpg';
export const imageId = rowImageId({ requestId, number: 1, index: 0 }, url);

/** A batch whose one image is registered and whose steps are enqueued. */
export const newImage = async ({ captions = false } = {}) => {
  const harness = batchHarness();
  if (captions) harness.app.deps.captioning = { ok: true, provider: 'test', model: 'a-model' };
  await harness.start(toCsv([url]));
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
  for (const key of harness.incomingObjects.splice(0)) await harness.app.register(key);
  return harness;
};

/** Delivers the messages of the image workers; a message whose worker was killed is redelivered, as by SQS. */
export const work = async (harness: BatchHarness) => {
  const { messages } = harness.app.deps.stepQueues;
  for (let next = messages.shift(); next; next = messages.shift()) {
    const { step, message } = next;
    const once = (attempts: number) => harness.app.work(step, message, attempts);
    await once(1).catch(() => {
      harness.worker.restart();
      return once(2);
    });
  }
};
export const repeated = async (harness: BatchHarness, task: () => Promise<unknown>) => {
  await task().catch(() => {
    harness.worker.restart();
    return task();
  });
};
const toStepMessage = (step: 'thumbnails' | 'exif') => ({
  image_id: imageId,
  rev: 1,
  run: 1,
  request_id: requestId,
  step,
});

type Scenario = {
  captions?: boolean;
  /** What to break before the workers begin. */
  given?: (harness: BatchHarness) => void | Promise<void>;
  end: (harness: BatchHarness) => Promise<unknown>;
  state: 'completed' | 'failed';
  reason?: string;
  /** No message is redelivered that could notify the row: the batch sweep finds the outcome. */
  isSwept?: boolean;
};

/** Has the EXIF read first, so that the thumbnails are the last step. */
const thumbnailsLast = ({ app }: BatchHarness) => void app.deps.stepQueues.messages.reverse();

export const scenarios: Record<string, Scenario> = {
  'is done': { end: work, state: 'completed' },
  'is done with its thumbnails, the last of its steps': {
    given: thumbnailsLast,
    end: work,
    state: 'completed',
  },
  'is done with its caption, the last of its steps': {
    captions: true,
    end: work,
    state: 'completed',
  },
  'is done, its caption refused': {
    captions: true,
    given: ({ app }) => {
      app.deps.describe = async () => failure('refused', 'It will not.');
    },
    end: work,
    state: 'completed',
  },
  'has the bytes of one that was described before': {
    captions: true,
    given: async ({ app }) => {
      const { messages } = app.deps.stepQueues;
      const ours = messages.splice(0);
      app.deps.describe = async () => ({ ok: true, caption: aCaption });
      // Dropped among the batches' pictures, so that it is made in the same sizes.
      await app.drop('batches/by-hand/1-1/same.jpg', `a picture from ${url}`);
      await app.finish();
      messages.push(...ours);
    },
    end: work,
    state: 'completed',
  },
  'fails in its thumbnails': {
    given: (harness) => {
      thumbnailsLast(harness);
      harness.app.deps.shrink = async () => ({
        refusal: { kind: 'contents', reason: 'Cut off.' },
      });
    },
    end: work,
    state: 'failed',
    reason: 'Cut off.',
  },
  'is rejected': {
    given: (harness) => {
      thumbnailsLast(harness);
      harness.app.deps.inspect = async () => ({
        refusal: { kind: 'type', reason: 'It is HTML.' },
      });
    },
    end: work,
    state: 'failed',
    reason: 'It is HTML.',
  },
  'is too large': {
    given: ({ app }) => {
      app.deps.uploadMaxBytes = 3;
    },
    end: work,
    state: 'failed',
    reason: `The file has ${`a picture from ${url}`.length} bytes; at most 3 bytes are taken.`,
  },
  'has lost its original': {
    given: ({ app }) => app.deps.originals.remove(app.deps.originals.keys()),
    end: work,
    state: 'failed',
    reason: 'The original is no longer there.',
  },
  'is given up in its thumbnails': {
    given: ({ app }) => void app.deps.stepQueues.receive('thumbnails'),
    end: async (harness) => {
      await work(harness);
      await repeated(harness, () => harness.app.giveUp('thumbnails', toStepMessage('thumbnails')));
    },
    state: 'failed',
    reason: 'the bucket was down',
  },
  'is given up in its EXIF': {
    given: ({ app }) => {
      const { enqueue } = app.deps.stepQueues;
      app.deps.stepQueues.receive('exif');
      app.deps.stepQueues.enqueue = async (step, message) =>
        step === 'exif' ? undefined : enqueue(step, message);
    },
    end: async (harness) => {
      await work(harness);
      await repeated(harness, () => harness.app.giveUp('exif', toStepMessage('exif')));
    },
    state: 'failed',
    reason: 'the bucket was down',
  },
  'is given up by the sweep': {
    given: async (harness) => {
      harness.app.deps.stepQueues.messages.length = 0;
      harness.pass(3 * 60_000);
      await harness.app.sweep();
      harness.app.deps.stepQueues.messages.length = 0;
      harness.pass(3 * 60_000);
    },
    end: (harness) => repeated(harness, () => harness.app.sweep()),
    state: 'failed',
    reason: 'No worker finished this step, although it was requested twice.',
    isSwept: true,
  },
  'is deleted': {
    end: async (harness) => {
      // Killed after it was marked gone, a second DELETE finds nothing; nor need it.
      await repeated(harness, () => harness.app.remove(imageId)).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'image_not_found' }),
      );
      await work(harness);
    },
    state: 'failed',
    reason: 'The image was deleted.',
    isSwept: true,
  },
};
