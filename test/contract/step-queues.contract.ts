import { describe, expect, it } from 'vitest';
import type { OutcomeMessage, StepMessage, StepQueues } from '#lib/images/messages.ts';
import type { StepName } from '#lib/images/step.ts';
import { eventually } from '#test/support/eventually.ts';

type Opened = {
  stepQueues: StepQueues;
  /** Receives a message and deletes it. */
  receive: (step: StepName) => Promise<StepMessage | undefined>;
  takeOutcome: () => Promise<OutcomeMessage | undefined>;
};

/** The contract of every `StepQueues` adapter. */
export const workersContract = (name: string, open: () => Promise<Opened> | Opened) =>
  describe(`${name} step queues`, () => {
    const message = { image_id: 'an-image', rev: 2, run: 3, request_id: 'größe' };

    it('send a message to the queue of its step, and to no other', async () => {
      const { stepQueues, receive } = await open();

      await stepQueues.enqueue('exif', message);

      await eventually(async () => expect(await receive('exif')).toEqual(message));
      expect(await receive('thumbnails')).toBeUndefined();
      expect(await receive('caption')).toBeUndefined();
    });

    it('send the message that records the outcome of an image in its batch', async () => {
      const { stepQueues, takeOutcome } = await open();
      const outcome = { image_id: 'an-image', key: 'batches/b/1-1/a.jpg', request_id: 'größe' };

      await stepQueues.enqueueOutcome(outcome);

      await eventually(async () => expect(await takeOutcome()).toEqual(outcome));
    });

    it('count a worker as idle only while its queue is empty', async () => {
      const { stepQueues, receive } = await open();

      await eventually(async () => expect(await stepQueues.isIdle('caption')).toBe(true));
      await stepQueues.enqueue('caption', message);
      await eventually(async () => expect(await stepQueues.isIdle('caption')).toBe(false));
      expect(await stepQueues.isIdle('exif')).toBe(true);
      await eventually(async () => expect(await receive('caption')).toEqual(message));

      await eventually(async () => expect(await stepQueues.isIdle('caption')).toBe(true));
    });
  });
