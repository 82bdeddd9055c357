import { describe, expect, it } from 'vitest';
import { rowImageId } from '#lib/batches/row.ts';
import { failure } from '#lib/failure.ts';
import { aCaption } from '#test/support/app-harness.ts';
import { aBatchRoom, type BatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';

const url = 'https://shop.example/a.jpg';
const imageId = rowImageId({ requestId, number: 1, index: 0 }, url);

/** A batch whose one picture has arrived; its workers have been asked. */
const newImage = async ({ captions = false } = {}) => {
  const room = aBatchRoom();
  if (captions) room.darkroom.deps.captioning = { ok: true, provider: 'test', model: 'a-model' };
  await room.start(csvOf([url]));
  await room.work.expand();
  room.waiting.expand.length = 0;
  for (const message of room.waiting.import.splice(0)) await room.work.import(message);
  for (const key of room.incomingObjects.splice(0)) await room.darkroom.register(key);
  return room;
};

/** Takes the messages of the images' workers; what is killed comes back, as SQS has it. */
const work = async (room: BatchRoom) => {
  const { asked } = room.darkroom.deps.stepQueues;
  for (let next = asked.shift(); next; next = asked.shift()) {
    const { step, message } = next;
    const once = (attempts: number) => room.darkroom.work(step, message, attempts);
    await once(1).catch(() => {
      room.life.live();
      return once(2);
    });
  }
};
const repeated = async (room: BatchRoom, task: () => Promise<unknown>) => {
  await task().catch(() => {
    room.life.live();
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

type Way = {
  captions?: boolean;
  /** What is broken before the workers begin. */
  given?: (room: BatchRoom) => void | Promise<void>;
  end: (room: BatchRoom) => Promise<unknown>;
  state: 'completed' | 'failed';
  reason?: string;
  /** No message comes back that could tell again: the sweep of batches finds it. */
  isSwept?: boolean;
};

/** Has the EXIF read first, so that the thumbnails are the last of the steps. */
const thumbnailsLast = ({ darkroom }: BatchRoom) => void darkroom.deps.stepQueues.asked.reverse();

const ways: Record<string, Way> = {
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
    given: ({ darkroom }) => {
      darkroom.deps.describe = async () => failure('refused', 'It will not.');
    },
    end: work,
    state: 'completed',
  },
  'has the bytes of one that was described before': {
    captions: true,
    given: async ({ darkroom }) => {
      const { asked } = darkroom.deps.stepQueues;
      const ours = asked.splice(0);
      darkroom.deps.describe = async () => ({ ok: true, caption: aCaption });
      // Dropped among the batches' pictures, so that it is made in the same sizes.
      await darkroom.drop('batches/by-hand/1-1/same.jpg', `a picture from ${url}`);
      await darkroom.finish();
      asked.push(...ours);
    },
    end: work,
    state: 'completed',
  },
  'fails in its thumbnails': {
    given: (room) => {
      thumbnailsLast(room);
      room.darkroom.deps.shrink = async () => ({
        refusal: { kind: 'contents', reason: 'Cut off.' },
      });
    },
    end: work,
    state: 'failed',
    reason: 'Cut off.',
  },
  'is rejected': {
    given: (room) => {
      thumbnailsLast(room);
      room.darkroom.deps.inspect = async () => ({
        refusal: { kind: 'type', reason: 'It is HTML.' },
      });
    },
    end: work,
    state: 'failed',
    reason: 'It is HTML.',
  },
  'is too large': {
    given: ({ darkroom }) => {
      darkroom.deps.uploadMaxBytes = 3;
    },
    end: work,
    state: 'failed',
    reason: `The file has ${`a picture from ${url}`.length} bytes; at most 3 are allowed.`,
  },
  'has lost its original': {
    given: ({ darkroom }) => darkroom.deps.originals.remove(darkroom.deps.originals.keys()),
    end: work,
    state: 'failed',
    reason: 'The original is no longer there.',
  },
  'is given up in its thumbnails': {
    given: ({ darkroom }) => void darkroom.deps.stepQueues.take('thumbnails'),
    end: async (room) => {
      await work(room);
      await repeated(room, () => room.darkroom.giveUp('thumbnails', toStepMessage('thumbnails')));
    },
    state: 'failed',
    reason: 'the bucket was down',
  },
  'is given up in its EXIF': {
    given: ({ darkroom }) => {
      const { enqueue } = darkroom.deps.stepQueues;
      darkroom.deps.stepQueues.take('exif');
      darkroom.deps.stepQueues.enqueue = async (step, message) =>
        step === 'exif' ? undefined : enqueue(step, message);
    },
    end: async (room) => {
      await work(room);
      await repeated(room, () => room.darkroom.giveUp('exif', toStepMessage('exif')));
    },
    state: 'failed',
    reason: 'the bucket was down',
  },
  'is given up by the sweep': {
    given: async (room) => {
      room.darkroom.deps.stepQueues.asked.length = 0;
      room.pass(3 * 60_000);
      await room.darkroom.sweep();
      room.darkroom.deps.stepQueues.asked.length = 0;
      room.pass(3 * 60_000);
    },
    end: (room) => repeated(room, () => room.darkroom.sweep()),
    state: 'failed',
    reason: 'No worker finished this step, although it was requested twice.',
    isSwept: true,
  },
  'is deleted': {
    end: async (room) => {
      // Killed after it was marked gone, a second DELETE finds nothing; nor need it.
      await repeated(room, () => room.darkroom.remove(imageId)).catch((error: unknown) =>
        expect(error).toMatchObject({ fault: 'not-found' }),
      );
      await work(room);
    },
    state: 'failed',
    reason: 'The image was deleted.',
    isSwept: true,
  },
};

describe.each(Object.entries(ways))('a row whose image %s', (_, way) => {
  const { captions = false, given, end, state, reason, isSwept = false } = way;
  const prepared = async () => {
    const room = await newImage({ captions });
    await given?.(room);
    room.outcomes.length = 0;
    return room;
  };
  const expectNoted = async (room: BatchRoom) => {
    await room.finish();
    const [image] = (await room.rows())[0]?.images ?? [];
    expect(image).toMatchObject({ state, ...(reason && { reason }) });
    expect(await room.batch()).toMatchObject({
      work: { state: 'ended', counts: { images: 1, failed: state === 'failed' ? 1 : 0 } },
    });
  };

  it('is told', async () => {
    const room = await prepared();

    await end(room);

    expect(room.outcomes.at(-1)).toMatchObject({ image_id: imageId, request_id: requestId });
    await expectNoted(room);
  });

  it('is told when the message comes back, whichever write it was killed before', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const room = await prepared();
      room.life.dieAfter(writes);

      await end(room);
      room.life.live();
      if (isSwept && room.outcomes.length === 0) {
        room.pass(3 * 60_000);
        await room.darkroom.sweep();
        await room.sweep();
      }

      await expectNoted(room);
      hasEndedImage = !room.life.hasDied();
    }
    expect(writes).toBeGreaterThan(1);
  });
});

describe('a row whose image has not ended', () => {
  it.each(['thumbnails', 'exif'] as const)(
    'is told nothing when only its %s are done',
    async (step) => {
      const room = await newImage();
      const message = room.darkroom.deps.stepQueues.take(step);

      if (message) await room.darkroom.work(step, message);

      expect((await room.darkroom.image(imageId)).steps[step].state).toBe('done');
      expect(room.outcomes).toEqual([]);
    },
  );
});

describe('a picture that did not come by a batch', () => {
  it('tells no row, though it lies where a batch’s would', async () => {
    const room = aBatchRoom();
    const image = await room.darkroom.drop('a folder/beach.jpg', 'a picture');
    await room.darkroom.finish();
    await room.darkroom.remove(image?.imageId ?? '');

    expect(room.outcomes).toEqual([]);
  });
});
